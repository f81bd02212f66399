-- Words on prompts, and decisions to leave a reviewer out of a study's results.

CREATE TABLE prompt_tags (
    id UUID PRIMARY KEY,
    prompt_id UUID NOT NULL,
    tag VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE exclusions (
    id UUID PRIMARY KEY,
    study_id UUID NOT NULL,
    reviewer_id UUID NOT NULL,
    excluded BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL,
    decided_by_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Who is left out of which study's results as decided last.
CREATE VIEW excluded_reviewers AS
SELECT study_id, reviewer_id
FROM exclusions
GROUP BY study_id, reviewer_id
HAVING arg_max(excluded, (created_at, id));
