-- Learners who were erased, by a digest of their id, so that this table names nobody.
--
-- What was said up to until_ms (the broker's time of the mark of erasure in the chat topic) is not recorded again,
-- however late its records come.

CREATE TABLE erasures (
    learner   bytea PRIMARY KEY, -- SHA-256 of the user id in UTF-8
    until_ms  bigint NOT NULL,
    erased_at timestamptz NOT NULL
);
