-- Everything that was said, scored, raised, answered and rejected.
--
-- Order: a learner's records lie in one partition, so (source_timestamp_ms, source_offset) is their order; the
-- timestamp, set by the broker, comes first because a topic that was deleted and made anew starts at offset 0 again.
-- Keys: result_id is derived from the position of a chat record, so a message carries the id that its result has.
-- Floats are double precision: they come back bit for bit.

CREATE TABLE messages (
    result_id           uuid PRIMARY KEY,
    message_id          text NOT NULL,
    user_id             text NOT NULL,
    session_id          text NOT NULL,
    role                text NOT NULL,
    sent_at             timestamptz NOT NULL,
    engagement          double precision,
    cognitive_load      double precision,
    time_factor         double precision,
    training_consent    boolean NOT NULL,
    source_topic        text NOT NULL,
    source_partition    integer NOT NULL,
    source_offset       bigint NOT NULL,
    source_timestamp_ms bigint NOT NULL
);
CREATE INDEX messages_of_learner ON messages (user_id, source_timestamp_ms, source_offset);
CREATE INDEX messages_of_session ON messages (session_id, user_id);
CREATE INDEX messages_by_time ON messages (sent_at);

-- Text stands apart: it has its own retention, and most readers must not see it.
CREATE TABLE message_texts (
    result_id   uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    text        text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX message_texts_by_age ON message_texts (received_at);

CREATE TABLE results (
    result_id           uuid PRIMARY KEY,
    message_id          text NOT NULL,
    user_id             text NOT NULL,
    session_id          text NOT NULL,
    probabilities       double precision[] NOT NULL,
    primary_emotion     text NOT NULL,
    confidence          double precision NOT NULL,
    pleasure            double precision NOT NULL,
    arousal             double precision NOT NULL,
    dominance           double precision NOT NULL,
    readiness_score     double precision NOT NULL,
    readiness_state     text NOT NULL,
    truncated           boolean NOT NULL,
    engagement          double precision,
    cognitive_load      double precision,
    time_factor         double precision,
    model_name          text NOT NULL,
    model_version       text NOT NULL,
    model_engine        text NOT NULL,
    source_topic        text NOT NULL,
    source_partition    integer NOT NULL,
    source_offset       bigint NOT NULL,
    source_timestamp_ms bigint NOT NULL,
    sent_at             timestamptz NOT NULL,
    scored_at           timestamptz NOT NULL
);
CREATE INDEX results_of_learner ON results (user_id, source_timestamp_ms, source_offset);

CREATE TABLE interventions (
    intervention_id     uuid PRIMARY KEY,
    result_id           uuid NOT NULL,
    message_id          text NOT NULL,
    user_id             text NOT NULL,
    session_id          text NOT NULL,
    level               text NOT NULL,
    previous_level      text NOT NULL,
    reasons             json NOT NULL,
    trajectory_kind     text NOT NULL,
    trajectory_slope    double precision NOT NULL,
    trajectory_points   integer NOT NULL,
    ema_pleasure        double precision NOT NULL,
    ema_arousal         double precision NOT NULL,
    ema_dominance       double precision NOT NULL,
    level_probabilities double precision[] NOT NULL,
    policy_version      text NOT NULL,
    model_name          text NOT NULL,
    model_version       text NOT NULL,
    model_engine        text NOT NULL,
    source_topic        text NOT NULL,
    source_partition    integer NOT NULL,
    source_offset       bigint NOT NULL,
    source_timestamp_ms bigint NOT NULL,
    sent_at             timestamptz NOT NULL,
    scored_at           timestamptz NOT NULL
);
CREATE INDEX interventions_of_learner ON interventions (user_id, source_timestamp_ms, source_offset);
CREATE INDEX interventions_of_result ON interventions (result_id);

CREATE TABLE outcomes (
    outcome_id        uuid PRIMARY KEY,
    intervention_id   uuid NOT NULL,
    user_id           text NOT NULL,
    helped            text NOT NULL,
    corrected_emotion text,
    corrected_level   text,
    reported_by       text NOT NULL,
    reported_at       timestamptz NOT NULL
);
CREATE INDEX outcomes_of_intervention ON outcomes (intervention_id);
CREATE INDEX outcomes_of_learner ON outcomes (user_id);

-- result_id is the id that the rejected chat record's result would have had.
CREATE TABLE rejections (
    rejection_id        uuid PRIMARY KEY,
    result_id           uuid NOT NULL,
    stage               text NOT NULL,
    kind                text NOT NULL,
    reason              text NOT NULL,
    source_topic        text NOT NULL,
    source_partition    integer NOT NULL,
    source_offset       bigint NOT NULL,
    source_timestamp_ms bigint NOT NULL,
    rejected_at         timestamptz NOT NULL
);
CREATE INDEX rejections_of_result ON rejections (result_id);

-- Learners whose oldest results were dropped to keep the bound, and how many: a fold of the rest starts too late.
CREATE TABLE truncated_learners (
    user_id text PRIMARY KEY,
    results bigint NOT NULL
);
