SELECT pg_advisory_xact_lock(hashtextextended('emotionstream:' || $1, 0));
