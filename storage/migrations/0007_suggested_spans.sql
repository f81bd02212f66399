-- What reviewers are asked about: of a sentence and the pieces marked inside it, the pieces.

CREATE VIEW suggested_spans AS
SELECT span.id, span.generation_id, span.start, span."end", span.type, span.evidence
FROM hallucination_spans AS span
JOIN newest_checks AS checked ON checked.id = span.check_result_id
WHERE checked.checker = 'source'
    AND NOT (
        span.type = 'low_support'
        AND EXISTS (
            SELECT 1 FROM hallucination_spans AS piece
            WHERE piece.check_result_id = span.check_result_id
                AND piece.type <> 'low_support'
                AND piece.start >= span.start AND piece."end" <= span."end"
        )
    );
