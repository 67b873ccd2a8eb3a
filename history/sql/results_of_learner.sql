-- $1: the learner; $2: one session, or NULL: all.
SELECT *
FROM results
WHERE user_id = $1 AND ($2::text IS NULL OR session_id = $2)
ORDER BY source_timestamp_ms, source_offset;
