-- $1: learners; $2: results kept of each. Drops what is older, with the messages (and texts) of that time.
WITH edges AS (
    SELECT learner.user_id, edge.source_timestamp_ms, edge.source_offset
    FROM unnest($1::text[]) AS learner (user_id)
    CROSS JOIN LATERAL (
        SELECT source_timestamp_ms, source_offset
        FROM results
        WHERE results.user_id = learner.user_id
        ORDER BY source_timestamp_ms DESC, source_offset DESC
        OFFSET $2
        LIMIT 1
    ) AS edge
), old_results AS (
    DELETE FROM results
    USING edges
    WHERE results.user_id = edges.user_id
        AND (results.source_timestamp_ms, results.source_offset) <= (edges.source_timestamp_ms, edges.source_offset)
    RETURNING results.user_id
), old_messages AS (
    DELETE FROM messages
    USING edges
    WHERE messages.user_id = edges.user_id
        AND (messages.source_timestamp_ms, messages.source_offset) <= (edges.source_timestamp_ms, edges.source_offset)
)
INSERT INTO truncated_learners (user_id, results)
SELECT user_id, count(*)
FROM old_results
GROUP BY user_id
ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET results = truncated_learners.results + excluded.results;
