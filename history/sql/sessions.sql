-- $1: messages sent at or after; $2: before; $3: of this learner; $4: of this session; each may be NULL: all.
-- $5: at most so many sessions, the latest first.
WITH chosen AS (
    SELECT
        user_id,
        session_id,
        min(sent_at) AS started_at,
        max(sent_at) AS ended_at,
        count(*) AS messages,
        count(*) FILTER (WHERE role = 'learner') AS learner_messages
    FROM messages
    WHERE ($1::timestamptz IS NULL OR sent_at >= $1)
        AND ($2::timestamptz IS NULL OR sent_at < $2)
        AND ($3::text IS NULL OR user_id = $3)
        AND ($4::text IS NULL OR session_id = $4)
    GROUP BY user_id, session_id
    ORDER BY ended_at DESC, user_id, session_id
    LIMIT $5
)
SELECT
    chosen.*,
    (
        SELECT count(*)
        FROM results
        WHERE results.user_id = chosen.user_id AND results.session_id = chosen.session_id
            AND ($1::timestamptz IS NULL OR results.sent_at >= $1)
            AND ($2::timestamptz IS NULL OR results.sent_at < $2)
    ) AS results,
    raised.interventions,
    raised.levels
FROM chosen
CROSS JOIN LATERAL (
    SELECT count(*) AS interventions, coalesce(array_agg(DISTINCT level), '{}') AS levels
    FROM interventions
    WHERE interventions.user_id = chosen.user_id AND interventions.session_id = chosen.session_id
        AND ($1::timestamptz IS NULL OR interventions.sent_at >= $1)
        AND ($2::timestamptz IS NULL OR interventions.sent_at < $2)
) AS raised
ORDER BY chosen.ended_at DESC, chosen.user_id, chosen.session_id;
