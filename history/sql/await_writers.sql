-- Waits for recorders that write, and keeps others waiting until the transaction ends: they see who was erased then.
SELECT pg_advisory_xact_lock(hashtextextended('emotionstream:erase:' || current_schema(), 0));
