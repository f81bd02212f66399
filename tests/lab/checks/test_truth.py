from lab.checks.truth import compare
from lab.checks.types import Finding, any_of, not_applicable, outcome
from lab.records import Generation, SpanType


def judged(generation, *places, kind=SpanType.NUMBER):
    findings = [
        Finding(start=start, end=end, type=kind, score=0.5, evidence="x") for start, end in places
    ]
    return outcome(generation, "c", "1", 0.5, findings)


def texts(n):
    return [
        Generation(prompt_id="p", checkpoint_id="c", text="x" * 50, decoding={}) for _ in range(n)
    ]


def test_precision_and_recall_by_hand():
    a, b, c, d = texts(4)
    truth = [judged(a, (0, 5), (10, 15)), judged(b, (0, 5)), judged(c), judged(d)]
    found = [judged(d, (3, 4)), judged(a, (4, 6), (6, 9)), judged(b), judged(c)]
    comparison = compare(truth, found)
    assert comparison.generations.precision == 1 / 2
    assert comparison.generations.recall == 1 / 2
    assert comparison.spans.recall == 1 / 3
    assert comparison.spans.precision == 1 / 3
    assert comparison.n_compared == 4
    assert comparison.n_left_out == 0


def test_types_are_counted_by_their_own_side():
    [a] = texts(1)
    truth = [judged(a, (0, 5))]
    found = [judged(a, (0, 5), kind=SpanType.NAME)]
    by_type = compare(truth, found).by_type
    assert by_type[SpanType.NUMBER].recall == 1.0
    assert by_type[SpanType.NUMBER].precision is None
    assert by_type[SpanType.NAME].precision == 1.0
    assert by_type[SpanType.NAME].recall is None
    assert SpanType.UNSUPPORTED not in by_type


def test_what_one_side_did_not_judge_is_left_out_and_counted():
    a, b, c = texts(3)
    found = [not_applicable(a, "c", "1", "no source"), judged(b)]
    comparison = compare([judged(a), judged(b), judged(c)], found)
    assert (comparison.n_compared, comparison.n_left_out) == (1, 2)
    assert comparison.generations.precision is None


def test_of_overlapping_findings_the_stronger_stays():
    [a] = texts(1)
    findings = [
        Finding(start=s, end=e, type=SpanType.NAME, score=score, evidence="x")
        for s, e, score in [(0, 20, 0.6), (5, 8, 0.9), (12, 14, 0.8), (30, 40, 0.1)]
    ]
    kept = outcome(a, "c", "1", 1.0, findings).spans
    assert [(span.start, span.end) for span in kept] == [(5, 8), (12, 14), (30, 40)]


def test_any_of():
    assert any_of([]) == 0.0
    assert any_of([0.5, 0.5]) == 0.75
