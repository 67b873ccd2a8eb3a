-- What is new goes in; the number of new rows comes back.
WITH fresh AS (
    INSERT INTO results (
        result_id, message_id, user_id, session_id, probabilities, primary_emotion, confidence, pleasure,
        arousal, dominance, readiness_score, readiness_state, truncated, engagement, cognitive_load,
        time_factor, model_name, model_version, model_engine, source_topic, source_partition,
        source_offset, source_timestamp_ms, sent_at, scored_at
    )
    SELECT
        result_id, message_id, user_id, session_id, probabilities, primary_emotion, confidence, pleasure,
        arousal, dominance, readiness_score, readiness_state, truncated, engagement, cognitive_load,
        time_factor, model_name, model_version, model_engine, source_topic, source_partition,
        source_offset, source_timestamp_ms, sent_at, scored_at
    FROM staged_results
    WHERE NOT EXISTS ( -- late, of a learner who was erased
        SELECT
        FROM erasures
        WHERE erasures.learner = sha256(convert_to(staged_results.user_id, 'UTF8'))
            AND staged_results.source_timestamp_ms <= erasures.until_ms
    )
    ORDER BY result_id -- the same order in every process: no deadlock
    ON CONFLICT (result_id) DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM fresh;
