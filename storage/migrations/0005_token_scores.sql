-- How likely each token of a text was, packed.

CREATE TABLE token_scores (
    id UUID PRIMARY KEY,
    generation_id UUID NOT NULL,
    ends VARCHAR NOT NULL,
    log_probabilities VARCHAR NOT NULL,
    entropies VARCHAR NOT NULL
);
