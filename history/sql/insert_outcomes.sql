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
    WHERE NOT EXISTS ( -- of a learner who was erased, only answers to what was raised since
        SELECT
        FROM erasures
        WHERE erasures.learner = sha256(convert_to(staged_outcomes.user_id, 'UTF8'))
    ) OR EXISTS (
        SELECT
        FROM interventions
        WHERE interventions.intervention_id = staged_outcomes.intervention_id
    )
    ORDER BY outcome_id -- the same order in every process: no deadlock
    ON CONFLICT (outcome_id) DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM fresh;
