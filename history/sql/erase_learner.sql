-- $1: the learner. Everything recorded of the learner goes; the number of rows of each table comes back.
WITH own AS MATERIALIZED (
    SELECT result_id FROM messages WHERE user_id = $1
    UNION
    SELECT result_id FROM results WHERE user_id = $1
), raised AS MATERIALIZED (
    SELECT intervention_id FROM interventions WHERE user_id = $1
), gone_texts AS (
    DELETE FROM message_texts WHERE result_id IN (SELECT result_id FROM own) RETURNING 1
), gone_rejections AS (
    DELETE FROM rejections WHERE result_id IN (SELECT result_id FROM own) RETURNING 1
), gone_outcomes AS (
    DELETE FROM outcomes
    WHERE user_id = $1 OR intervention_id IN (SELECT intervention_id FROM raised)
    RETURNING 1
), gone_interventions AS (
    DELETE FROM interventions WHERE user_id = $1 RETURNING 1
), gone_results AS (
    DELETE FROM results WHERE user_id = $1 RETURNING 1
), gone_messages AS (
    DELETE FROM messages WHERE user_id = $1 RETURNING 1
), gone_truncated AS (
    DELETE FROM truncated_learners WHERE user_id = $1 RETURNING 1
)
SELECT
    (SELECT count(*) FROM gone_messages) AS messages,
    (SELECT count(*) FROM gone_texts) AS message_texts,
    (SELECT count(*) FROM gone_results) AS results,
    (SELECT count(*) FROM gone_interventions) AS interventions,
    (SELECT count(*) FROM gone_outcomes) AS outcomes,
    (SELECT count(*) FROM gone_rejections) AS rejections,
    (SELECT count(*) FROM gone_truncated) AS truncated_learners;
