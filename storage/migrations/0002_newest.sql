-- "The newest" of facts that are only ever added. arg_max over a struct keeps NULL values, and
-- took 33 ms on a million rows where a window function took 826. Where a fact has no time of its
-- own, rowid tells the order in which rows came in: none is ever removed.

CREATE VIEW study_statuses AS
SELECT study_id, arg_max(status, created_at) AS status
FROM study_events GROUP BY study_id;

CREATE VIEW newest_leases AS
SELECT assignment_id, arg_max(expires_at, created_at) AS expires_at
FROM leases GROUP BY assignment_id;

CREATE VIEW newest_drafts AS
SELECT assignment_id, arg_max(content, created_at) AS content, max(created_at) AS created_at
FROM drafts GROUP BY assignment_id;

CREATE VIEW newest_answers AS
SELECT
    assignment_id, newest.id AS id, newest.kind AS kind, newest.comment AS comment,
    newest.reason AS reason, newest.flag AS flag, newest.seconds AS seconds,
    newest.late AS late, created_at
FROM (
    SELECT
        assignment_id, max(created_at) AS created_at,
        arg_max(
            struct_pack(
                id := id, kind := kind, comment := comment, reason := reason, flag := flag,
                seconds := seconds, late := late
            ),
            created_at
        ) AS newest
    FROM answers GROUP BY assignment_id
);

CREATE VIEW counted_answers AS
SELECT assignment_id, id, kind, comment, flag, seconds, created_at
FROM newest_answers
WHERE kind IN ('rate', 'vote') AND NOT late;

CREATE VIEW newest_scores AS
SELECT
    generation_id, metric, newest.version AS version, newest.value AS value,
    newest.reason AS reason
FROM (
    SELECT
        generation_id, metric,
        arg_max(struct_pack(version := version, value := value, reason := reason), rowid) AS newest
    FROM metric_scores GROUP BY generation_id, metric
);

CREATE VIEW newest_checks AS
SELECT
    newest.id AS id, generation_id, checker, newest.version AS version,
    newest.status AS status, newest.score AS score, newest.reason AS reason
FROM (
    SELECT
        generation_id, checker,
        arg_max(
            struct_pack(
                id := id, version := version, status := status, score := score, reason := reason
            ),
            rowid
        ) AS newest
    FROM check_results GROUP BY generation_id, checker
);
