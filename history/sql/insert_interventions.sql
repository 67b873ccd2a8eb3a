-- What is new goes in; the number of new rows comes back.
WITH fresh AS (
    INSERT INTO interventions (
        intervention_id, result_id, message_id, user_id, session_id, level, previous_level, reasons,
        trajectory_kind, trajectory_slope, trajectory_points, ema_pleasure, ema_arousal, ema_dominance,
        level_probabilities, policy_version, model_name, model_version, model_engine, source_topic,
        source_partition, source_offset, source_timestamp_ms, sent_at, scored_at
    )
    SELECT
        intervention_id, result_id, message_id, user_id, session_id, level, previous_level, reasons,
        trajectory_kind, trajectory_slope, trajectory_points, ema_pleasure, ema_arousal, ema_dominance,
        level_probabilities, policy_version, model_name, model_version, model_engine, source_topic,
        source_partition, source_offset, source_timestamp_ms, sent_at, scored_at
    FROM staged_interventions
    WHERE NOT EXISTS ( -- late, of a learner who was erased
        SELECT
        FROM erasures
        WHERE erasures.learner = sha256(convert_to(staged_interventions.user_id, 'UTF8'))
            AND staged_interventions.source_timestamp_ms <= erasures.until_ms
    )
    ORDER BY intervention_id -- the same order in every process: no deadlock
    ON CONFLICT (intervention_id) DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM fresh;
