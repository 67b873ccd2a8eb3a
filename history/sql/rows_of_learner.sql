-- $1: the learner; $2: milliseconds. Rows by table of what the learner said up to then, and what came of it.
WITH own AS MATERIALIZED (
    SELECT result_id FROM messages WHERE user_id = $1 AND source_timestamp_ms <= $2
)
SELECT
    (SELECT count(*) FROM own) AS messages,
    (SELECT count(*) FROM message_texts JOIN own USING (result_id)) AS message_texts,
    (SELECT count(*) FROM results WHERE user_id = $1 AND source_timestamp_ms <= $2) AS results,
    (SELECT count(*) FROM interventions WHERE user_id = $1 AND source_timestamp_ms <= $2) AS interventions,
    (
        SELECT count(*)
        FROM outcomes
        LEFT JOIN interventions USING (intervention_id)
        WHERE outcomes.user_id = $1
            AND (interventions.intervention_id IS NULL OR interventions.source_timestamp_ms <= $2)
    ) AS outcomes,
    (SELECT count(*) FROM rejections JOIN own USING (result_id)) AS rejections,
    (
        SELECT count(*)
        FROM truncated_learners
        WHERE user_id = $1
            AND NOT EXISTS (SELECT FROM results WHERE results.user_id = $1 AND results.source_timestamp_ms > $2)
    ) AS truncated_learners;
