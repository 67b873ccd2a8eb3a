-- The least rights of each part in the schema @schema@. Run it as the owner of the tables, who may make roles, after
-- `db migrate`, and again after each migration. Parts log in as members of their role, and leave the tables to
-- the owner (EMOTIONSTREAM_HISTORY_MIGRATE=false): CREATE USER recorder_1 PASSWORD '...' IN ROLE @prefix@_recorder;
--
-- Only @prefix@_text_reader can read what learners wrote. None can change what was recorded.

DO $do$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['recorder', 'reader', 'text_reader', 'eraser'] LOOP
        name := '@prefix@_' || name;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
        EXECUTE format('GRANT USAGE ON SCHEMA "@schema@" TO %I', name);
        EXECUTE format('GRANT SELECT ON "@schema@".alembic_version TO %I', name);
    END LOOP;
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO @prefix@_recorder', current_database());
END
$do$;

-- The recorder: adds rows, drops old ones to keep the bounds, and sees of texts only how old they are.
GRANT SELECT, INSERT, DELETE ON "@schema@".messages, "@schema@".results TO @prefix@_recorder;
GRANT SELECT, INSERT ON "@schema@".interventions, "@schema@".outcomes, "@schema@".rejections TO @prefix@_recorder;
GRANT SELECT (result_id, received_at), INSERT, DELETE ON "@schema@".message_texts TO @prefix@_recorder;
GRANT SELECT, INSERT, UPDATE ON "@schema@".truncated_learners TO @prefix@_recorder;
GRANT SELECT ON "@schema@".erasures TO @prefix@_recorder;

-- `sessions list`, `sessions show --no-text`, dashboards: everything but texts.
GRANT SELECT
ON "@schema@".messages, "@schema@".results, "@schema@".interventions, "@schema@".outcomes, "@schema@".rejections,
    "@schema@".truncated_learners
TO @prefix@_reader;

-- `replay`, `sessions show`: that, and texts.
GRANT @prefix@_reader TO @prefix@_text_reader;
GRANT SELECT ON "@schema@".message_texts TO @prefix@_text_reader;

-- `erase`: finds a learner's rows by their ids, and removes them. It reads nothing else of them.
GRANT DELETE
ON "@schema@".messages, "@schema@".message_texts, "@schema@".results, "@schema@".interventions, "@schema@".outcomes,
    "@schema@".rejections, "@schema@".truncated_learners
TO @prefix@_eraser;
GRANT SELECT (result_id, user_id, source_topic, source_partition, source_timestamp_ms)
ON "@schema@".messages, "@schema@".results TO @prefix@_eraser;
GRANT SELECT (intervention_id, user_id, source_topic, source_partition, source_timestamp_ms)
ON "@schema@".interventions TO @prefix@_eraser;
GRANT SELECT (intervention_id, user_id) ON "@schema@".outcomes TO @prefix@_eraser;
GRANT SELECT (result_id) ON "@schema@".message_texts, "@schema@".rejections TO @prefix@_eraser;
GRANT SELECT (user_id) ON "@schema@".truncated_learners TO @prefix@_eraser;
GRANT SELECT, INSERT, UPDATE ON "@schema@".erasures TO @prefix@_eraser;
