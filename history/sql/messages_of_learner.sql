-- $1: the learner; $2: one session, or NULL: all.
SELECT messages.*, message_texts.text
FROM messages
LEFT JOIN message_texts USING (result_id)
WHERE messages.user_id = $1 AND ($2::text IS NULL OR messages.session_id = $2)
ORDER BY messages.source_timestamp_ms, messages.source_offset;
