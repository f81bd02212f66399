-- How data was prepared, how training ended, and what a search tried.

ALTER TABLE datasets ADD COLUMN consent VARCHAR;
ALTER TABLE datasets ADD COLUMN path VARCHAR;
ALTER TABLE datasets ADD COLUMN steps JSON;

ALTER TABLE prompts ADD COLUMN conversation JSON;

ALTER TABLE training_steps ADD COLUMN epoch DOUBLE;
ALTER TABLE training_steps ADD COLUMN bits_per_byte DOUBLE;
ALTER TABLE training_steps ADD COLUMN memory_bytes BIGINT;

ALTER TABLE checkpoints ADD COLUMN step BIGINT;

CREATE TABLE training_ends (
    id UUID PRIMARY KEY,
    training_run_id UUID NOT NULL,
    outcome VARCHAR NOT NULL,
    step BIGINT NOT NULL,
    message VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE trials (
    id UUID PRIMARY KEY,
    search VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    dataset_id UUID NOT NULL,
    parameters JSON NOT NULL,
    outcome VARCHAR NOT NULL,
    value DOUBLE,
    training_run_id UUID,
    seconds DOUBLE NOT NULL,
    message VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Reviewers are asked about the pieces of the check that they began with.
DROP VIEW suggested_spans;
