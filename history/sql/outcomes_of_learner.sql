-- $1: the learner; $2: one session, or NULL: all.
SELECT outcomes.*, interventions.result_id
FROM outcomes
JOIN interventions USING (intervention_id)
WHERE interventions.user_id = $1 AND ($2::text IS NULL OR interventions.session_id = $2)
ORDER BY outcomes.reported_at, outcomes.outcome_id;
