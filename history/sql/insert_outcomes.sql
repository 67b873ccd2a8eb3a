-- What is new goes in; the number of new rows comes back.
WITH fresh AS (
    INSERT INTO outcomes (
        outcome_id, intervention_id, user_id, helped, corrected_emotion, corrected_level, reported_by,
        reported_at
    )
    SELECT
        outcome_id, intervention_id, user_id, helped, corrected_emotion, corrected_level, reported_by,
        reported_at
    FROM staged_outcomes
    ORDER BY outcome_id -- the same order in every process: no deadlock
    ON CONFLICT (outcome_id) DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM fresh;
