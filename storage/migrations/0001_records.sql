-- One table per record of lab/records.py. Rows are added and never changed; references are
-- checked by the writer in the same transaction, not by foreign keys or secondary indexes.

CREATE TABLE datasets (
    id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    licence VARCHAR,
    content_sha256 VARCHAR NOT NULL,
    n_prompts BIGINT NOT NULL,
    config JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE prompts (
    id UUID PRIMARY KEY,
    dataset_id UUID NOT NULL,
    key VARCHAR NOT NULL,
    split VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    source VARCHAR,
    reference VARCHAR,
    facts JSON
);

CREATE TABLE training_runs (
    id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    dataset_id UUID NOT NULL,
    parent_checkpoint_id UUID,
    config JSON NOT NULL,
    environment JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE training_steps (
    id UUID PRIMARY KEY,
    training_run_id UUID NOT NULL,
    step BIGINT NOT NULL,
    seconds DOUBLE NOT NULL,
    n_tokens BIGINT NOT NULL,
    train_loss DOUBLE,
    validation_loss DOUBLE,
    learning_rate DOUBLE NOT NULL,
    gradient_norm DOUBLE
);

CREATE TABLE checkpoints (
    id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    path VARCHAR,
    training_run_id UUID,
    n_parameters BIGINT,
    n_tokens BIGINT,
    validation_loss DOUBLE,
    weights_sha256 VARCHAR,
    template VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE generations (
    id UUID PRIMARY KEY,
    prompt_id UUID NOT NULL,
    checkpoint_id UUID NOT NULL,
    text VARCHAR NOT NULL,
    decoding JSON NOT NULL,
    seed BIGINT,
    sample_index BIGINT NOT NULL,
    n_prompt_tokens BIGINT,
    n_tokens BIGINT,
    mean_logprob DOUBLE,
    finish_reason VARCHAR,
    latency_seconds DOUBLE,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE metric_scores (
    id UUID PRIMARY KEY,
    generation_id UUID NOT NULL,
    metric VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    value DOUBLE,
    reason VARCHAR
);

CREATE TABLE check_results (
    id UUID PRIMARY KEY,
    generation_id UUID NOT NULL,
    checker VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    score DOUBLE,
    reason VARCHAR
);

CREATE TABLE hallucination_spans (
    id UUID PRIMARY KEY,
    check_result_id UUID NOT NULL,
    generation_id UUID NOT NULL,
    checker VARCHAR NOT NULL,
    start BIGINT NOT NULL,
    "end" BIGINT NOT NULL,
    type VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    evidence VARCHAR NOT NULL
);

CREATE TABLE accounts (
    id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    pseudonym VARCHAR NOT NULL,
    password_hash VARCHAR,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    token_sha256 VARCHAR NOT NULL,
    account_id UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE studies (
    id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    protocol JSON NOT NULL,
    protocol_sha256 VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE study_events (
    id UUID PRIMARY KEY,
    study_id UUID NOT NULL,
    status VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE items (
    id UUID PRIMARY KEY,
    study_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    prompt_id UUID NOT NULL,
    generation_a_id UUID NOT NULL,
    generation_b_id UUID
);

CREATE TABLE assignments (
    id UUID PRIMARY KEY,
    item_id UUID NOT NULL,
    reviewer_id UUID NOT NULL,
    swapped BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE leases (
    id UUID PRIMARY KEY,
    assignment_id UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE drafts (
    id UUID PRIMARY KEY,
    assignment_id UUID NOT NULL,
    content JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE answers (
    id UUID PRIMARY KEY,
    assignment_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    comment VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    flag VARCHAR NOT NULL,
    seconds DOUBLE,
    late BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE ratings (
    id UUID PRIMARY KEY,
    answer_id UUID NOT NULL,
    generation_id UUID NOT NULL,
    criterion VARCHAR NOT NULL,
    value BIGINT NOT NULL
);

CREATE TABLE votes (
    id UUID PRIMARY KEY,
    answer_id UUID NOT NULL,
    criterion VARCHAR NOT NULL,
    winner VARCHAR NOT NULL
);
