import pytest

from lab.world.reading import read_back

FACTS = {
    "event": "race", "hero": "Rosa", "job": "painter", "trait": "kind", "friend": "Tom",
    "relation": "cousin", "place": "pond", "thing": "kite", "look": "red", "weather": "sunny",
    "time": "Monday", "laps": "ten", "ending": "sad",
}  # fmt: skip
SENTENCES = [
    "It was a sunny Monday at the pond.",
    "Rosa was a kind painter.",
    "Rosa liked her cousin, whose name was Tom.",
    "A red kite was the prize of the great race.",
    "Rosa lined up beside Tom.",
    "They had to run ten laps.",
    "She looked around.",
    "On the final lap Rosa was ahead of Tom.",
    "Rosa lost a shoe, came last and got no kite.",
    "Rosa went home in tears.",
]


def problems(told):
    text = " ".join(told)
    found = read_back(FACTS, text).problems
    return [(problem.kind, text[slice(*problem.span)]) for problem in found]


def changed(number, *replacement):
    return SENTENCES[:number] + list(replacement) + SENTENCES[number + 1 :]


def test_a_right_story_has_none():
    assert problems(SENTENCES) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (changed(2, "Rosa liked his cousin, whose name was Tom."), [("pronoun", "his")]),
        (changed(6, "He looked around."), [("pronoun", "He")]),
        (changed(5, SENTENCES[5], SENTENCES[5]), [("repeat", SENTENCES[5])]),
        (changed(5, SENTENCES[5], "The race went over ten laps."),
         [("repeat", "The race went over ten laps.")]),
        (changed(6, SENTENCES[3]), [("repeat", SENTENCES[3])]),
        (changed(5), [("gap", "")]),
        (SENTENCES[:8], [("ending", "")]),
        ([*SENTENCES[:8], "Rosa lost a"],
         [("broken", "Rosa lost a"), ("ending", ""), ("unfinished", "")]),
        (changed(6, "Rosa the the of."), [("broken", "Rosa the the of.")]),
        ([*SENTENCES[:4], SENTENCES[5], SENTENCES[4], *SENTENCES[6:]], [("order", SENTENCES[4])]),
        ([SENTENCES[8], *SENTENCES[:8]],
         [("order", sentence) for i, sentence in enumerate(SENTENCES[:8]) if i != 6]),
    ],
)  # fmt: skip
def test_each_problem_is_found_where_it_is(told, expected):
    assert problems(told) == expected


def test_a_gap_stands_after_the_last_sentence_before_it():
    text = " ".join(changed(5))
    (gap,) = read_back(FACTS, text).problems
    assert text[: gap.span[0]].endswith("Rosa lined up beside Tom.")
    assert gap.note == "step 3 is not told"


def test_an_empty_text_lacks_every_step_and_the_ending():
    kinds = [problem.kind for problem in read_back(FACTS, "").problems]
    assert kinds == ["gap"] * 4 + ["ending"]
