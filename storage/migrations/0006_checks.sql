-- Metrics of whole sets of texts, calibrated checks, and where the evidence of a span stands.

CREATE TABLE checkpoint_scores (
    id UUID PRIMARY KEY,
    checkpoint_id UUID NOT NULL,
    dataset_id UUID NOT NULL,
    metric VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    n_texts BIGINT NOT NULL,
    reason VARCHAR,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE calibrations (
    id UUID PRIMARY KEY,
    checker VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    dataset_id UUID NOT NULL,
    config JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

ALTER TABLE check_results ADD COLUMN risk DOUBLE;
ALTER TABLE check_results ADD COLUMN calibration_id UUID;
ALTER TABLE hallucination_spans ADD COLUMN evidence_start BIGINT;
ALTER TABLE hallucination_spans ADD COLUMN evidence_end BIGINT;
ALTER TABLE hallucination_spans ADD COLUMN sample_id UUID;

CREATE OR REPLACE VIEW newest_checks AS
SELECT
    newest.id AS id, generation_id, checker, newest.version AS version,
    newest.status AS status, newest.score AS score, newest.reason AS reason,
    newest.risk AS risk, newest.calibration_id AS calibration_id
FROM (
    SELECT
        generation_id, checker,
        arg_max(
            struct_pack(
                id := id, version := version, status := status, score := score, reason := reason,
                risk := risk, calibration_id := calibration_id
            ),
            rowid
        ) AS newest
    FROM check_results GROUP BY generation_id, checker
);
