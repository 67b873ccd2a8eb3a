SELECT
    (SELECT count(*) FROM messages) AS messages,
    (SELECT count(*) FROM message_texts) AS message_texts,
    (SELECT count(*) FROM results) AS results,
    (SELECT count(*) FROM interventions) AS interventions,
    (SELECT count(*) FROM outcomes) AS outcomes,
    (SELECT count(*) FROM rejections) AS rejections;
