-- What is new goes in, with its text; the number of new messages comes back.
WITH fresh AS (
    INSERT INTO messages (
        result_id, message_id, user_id, session_id, role, sent_at, engagement, cognitive_load, time_factor,
        training_consent, source_topic, source_partition, source_offset, source_timestamp_ms
    )
    SELECT
        result_id, message_id, user_id, session_id, role, sent_at, engagement, cognitive_load, time_factor,
        training_consent, source_topic, source_partition, source_offset, source_timestamp_ms
    FROM staged_messages
    WHERE NOT EXISTS ( -- late, of a learner who was erased
        SELECT
        FROM erasures
        WHERE erasures.learner = sha256(convert_to(staged_messages.user_id, 'UTF8'))
            AND staged_messages.source_timestamp_ms <= erasures.until_ms
    )
    ORDER BY result_id -- the same order in every process: no deadlock
    ON CONFLICT (result_id) DO NOTHING
    RETURNING result_id
), texts AS (
    INSERT INTO message_texts (result_id, text, received_at)
    SELECT result_id, text, received_at
    FROM staged_messages
    JOIN fresh USING (result_id)
    ON CONFLICT (result_id) DO NOTHING
)
SELECT count(*) FROM fresh;
