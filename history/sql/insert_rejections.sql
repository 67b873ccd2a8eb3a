-- What is new goes in; the number of new rows comes back.
WITH fresh AS (
    INSERT INTO rejections (
        rejection_id, result_id, stage, kind, reason, source_topic, source_partition, source_offset,
        source_timestamp_ms, rejected_at
    )
    SELECT
        rejection_id, result_id, stage, kind, reason, source_topic, source_partition, source_offset,
        source_timestamp_ms, rejected_at
    FROM staged_rejections
    ORDER BY rejection_id -- the same order in every process: no deadlock
    ON CONFLICT (rejection_id) DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM fresh;
