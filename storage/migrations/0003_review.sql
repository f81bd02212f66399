-- Controls, marked spans, adjudication, versions of a study, invitations and messages.

ALTER TABLE studies ADD COLUMN version BIGINT DEFAULT 1;
ALTER TABLE studies ALTER COLUMN version SET NOT NULL;
ALTER TABLE items ADD COLUMN suggests BOOLEAN DEFAULT false;
ALTER TABLE items ALTER COLUMN suggests SET NOT NULL;
ALTER TABLE assignments ADD COLUMN adjudicates BOOLEAN DEFAULT false;
ALTER TABLE assignments ALTER COLUMN adjudicates SET NOT NULL;

CREATE TABLE controls (
    id UUID PRIMARY KEY,
    item_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    criterion VARCHAR,
    of_item_id UUID,
    expected JSON,
    explanation VARCHAR NOT NULL
);

CREATE TABLE reviewer_spans (
    id UUID PRIMARY KEY,
    answer_id UUID NOT NULL,
    generation_id UUID NOT NULL,
    start BIGINT NOT NULL,
    "end" BIGINT NOT NULL,
    category VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    note VARCHAR NOT NULL
);

CREATE TABLE suggestion_judgements (
    id UUID PRIMARY KEY,
    answer_id UUID NOT NULL,
    span_id UUID NOT NULL,
    confirmed BOOLEAN NOT NULL
);

CREATE TABLE invitations (
    id UUID PRIMARY KEY,
    token_sha256 VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    account_id UUID,
    inviter_id UUID,
    note VARCHAR NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE invitation_uses (
    id UUID PRIMARY KEY,
    invitation_id UUID NOT NULL,
    account_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE messages (
    id UUID PRIMARY KEY,
    sender_id UUID NOT NULL,
    recipient_id UUID NOT NULL,
    study_id UUID,
    text VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE message_reads (
    id UUID PRIMARY KEY,
    message_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE VIEW study_labels AS
SELECT id, CASE WHEN version = 1 THEN name ELSE name || ' v' || version END AS label
FROM studies;

-- Everything that was answered and counts for the study's progress, controls included.
CREATE OR REPLACE VIEW counted_answers AS
SELECT assignment_id, id, kind, comment, flag, seconds, created_at
FROM newest_answers
WHERE kind IN ('rate', 'vote', 'spans', 'judge') AND NOT late;

-- What counts in results about checkpoints: no control, and no answer that settles others.
CREATE VIEW result_answers AS
SELECT answer.assignment_id, answer.id, answer.kind, answer.comment, answer.flag,
    answer.seconds, answer.created_at
FROM counted_answers AS answer
JOIN assignments ON assignments.id = answer.assignment_id
WHERE NOT assignments.adjudicates
    AND assignments.item_id NOT IN (SELECT item_id FROM controls);
