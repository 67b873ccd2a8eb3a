-- No learner is erased while this transaction writes: who waits here sees the erasure that it waited for.
SELECT pg_advisory_xact_lock_shared(hashtextextended('emotionstream:erase:' || current_schema(), 0));
-- One staging table per table of events, private to the connection and empty again after each transaction.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_messages (LIKE messages, text text, received_at timestamptz)
    ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_results (LIKE results) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_interventions (LIKE interventions) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_outcomes (LIKE outcomes) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_rejections (LIKE rejections) ON COMMIT DELETE ROWS;
