from hypothesis import given
from hypothesis import strategies as st

from apps.dashboard.marked import Mark, marked_text
from tests.apps.dashboard.filled import HOSTILE


def test_a_span_is_marked_with_its_title() -> None:
    shown = marked_text("She had seven.", [Mark(start=8, end=13, title='the source says "ten"')])
    assert shown == (
        'She had <mark tabindex="0" title="the source says &quot;ten&quot;">seven</mark>.'
    )


def test_overlapping_spans_are_one_mark() -> None:
    marks = [Mark(start=0, end=3, title="one"), Mark(start=2, end=5, title="two")]
    assert marked_text("abcdef", marks) == '<mark tabindex="0" title="one; two">abcde</mark>f'


def test_spans_count_code_points_and_stay_within_the_text() -> None:
    marks = [Mark(start=1, end=99, title=""), Mark(start=50, end=60, title="")]
    assert marked_text("😀b", marks) == '😀<mark tabindex="0" title="">b</mark>'


def test_a_hostile_text_has_no_tag_and_no_direction_control_left() -> None:
    shown = marked_text(HOSTILE, [])
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "\u202e" not in shown
    assert "[U+202E]" in shown


@given(st.text(), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.text())))
def test_nothing_of_a_text_becomes_a_tag(text: str, spans: list[tuple[int, int, str]]) -> None:
    marks = [Mark(start=start, end=end, title=title) for start, end, title in spans]
    shown = marked_text(text, marks)
    for ours in ("<mark ", "</mark>", "<span ", "</span>"):
        shown = shown.replace(ours, "")
    assert "<" not in shown
