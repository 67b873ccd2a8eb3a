-- $1: texts that came in before this go; $2: at most so many at a time.
WITH old AS (
    DELETE FROM message_texts
    WHERE result_id IN (SELECT result_id FROM message_texts WHERE received_at < $1 ORDER BY received_at LIMIT $2)
    RETURNING 1
)
SELECT count(*) FROM old;
