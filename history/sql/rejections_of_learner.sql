-- $1: the learner; $2: one session, or NULL: all. Only what was recorded as a message can be told to be a learner's.
SELECT rejections.*
FROM rejections
JOIN messages USING (result_id)
WHERE messages.user_id = $1 AND ($2::text IS NULL OR messages.session_id = $2)
ORDER BY rejections.source_timestamp_ms, rejections.source_offset;
