"""Gopher's rules: what each drops, just at its threshold, and what ordinary texts pass."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare.quality import fault
from lab.world.corpus import write_corpus

CHINESE = (
    "今天早上天气很好，我和弟弟一起去公园散步。公园里有许多人，有的在跑步，有的在打太极拳，还有几个"
    "孩子在湖边喂鸭子。我们沿着小路走了半个小时，然后坐在长椅上休息。弟弟从书包里拿出一本旧书，说是"
    "奶奶送给他的生日礼物。书里讲的是一位渔夫怎样在暴风雨中救了一条船，后来却不愿意接受任何奖赏。"
    "听完故事以后，太阳已经升得很高，我们买了两杯豆浆，慢慢走回家吃午饭。"
)


def text(n_words: int, seed: int = 0) -> str:
    """Make a text in which nothing is repeated."""
    draw = random.Random(seed)
    return " ".join(draw.sample([f"word{number:05}" for number in range(5000)], n_words))


def lines(n: int, n_repeated: int) -> str:
    """Make so many lines of ten words, the last ones like the first."""
    made = [text(10, seed) for seed in range(n - n_repeated)]
    return "\n".join(made + made[:n_repeated])


@pytest.mark.parametrize(
    ("given_text", "reason"),
    [
        ("", "no words"),
        ("… 🙂 ---", "no words"),
        (text(100) + " #" * 10, ""),
        (text(100) + " #" * 11, "symbols"),
        (text(100) + " …" * 6 + " ..." * 5, "symbols"),
        ("\n".join(f"##### {text(11, seed)}" for seed in range(10)), ""),
        ("\n".join(f"{text(20, seed)} {'...' * (seed < 3)}" for seed in range(10)), ""),
        (
            "\n".join(f"{text(20, seed)} {'…' * (seed < 4)}" for seed in range(10)),
            "lines ending with ellipsis",
        ),
        (lines(10, 3), "repeated lines"),
        ("\n".join([lines(8, 0), *["a few words"] * 5]), "repeated lines"),
        ("\n".join([lines(30, 0), *["yes"] * 12]), ""),
        (lines(10, 3).replace("\n", "\n\n"), "repeated lines"),
        ("\n\n".join([lines(20, 0), *"abcdecde"]), "repeated paragraphs"),
        ("\n\n".join([lines(20, 0), *"abcdefcde"]), ""),
        ("the end " * 12 + text(76), ""),
        (" ".join(f"deep water {text(6, seed)}" for seed in range(20)), ""),
        (
            " ".join(f"deep cold water {text(5, seed)}" for seed in range(20)),
            "most frequent 3 words",
        ),
        (
            " ".join(f"extremely deep {text(4, seed)}" for seed in range(20)),
            "most frequent 2 words",
        ),
        (
            " ".join(f"in the deep water {text(11, seed)}" for seed in range(9)),
            "",
        ),
        (text(100) + " " + " ".join(text(100).split()[:11]), ""),
        (text(100) + " " + " ".join(text(100).split()[:12]), "repeated 10 words"),
        (text(100) + " " + " ".join(text(100).split()[:20]), "repeated 5 words"),
        ("ha " * 200, "most frequent 2 words"),
        ("buy now " * 24, ""),
    ],
)
def test_each_rule_drops_what_breaks_it(given_text: str, reason: str) -> None:
    assert fault(given_text) == reason


def test_ordinary_short_texts_pass() -> None:
    for given_text in ("1066", "Yes!", "No, no, no.", "x = 3", "#tag", "はい", "What…", "a"):
        assert fault(given_text) == "", given_text


def test_texts_in_other_scripts_pass_and_are_judged() -> None:
    assert fault(CHINESE) == ""
    assert fault(CHINESE[:60] * 4).startswith("repeated")


def test_stories_of_the_world_pass() -> None:
    _, prompts = write_corpus(3, 300, 1, 1)
    assert {fault(prompt.reference or "") for prompt in prompts} == {""}
    assert {fault(prompt.text) for prompt in prompts} == {""}


def test_human_stories_pass(published: Callable[[str], Path]) -> None:
    rows = json.loads(published("wp_a/wp_a.json").read_text("utf-8")).values()
    faults = [fault(row["story"]) for row in rows]
    assert faults.count("") >= 0.99 * len(faults)


def test_a_very_long_text_is_judged_by_its_beginning() -> None:
    assert fault("spam and eggs " * 200_000).startswith("most frequent")


def slow_run_fault(found: list[str], per_word: int) -> str:
    """State the rule of repeated runs again, run by run and character by character."""
    top = {2: 0.20, 3: 0.18, 4: 0.16}
    repeated = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}

    def share(starts: list[int], length: int) -> float:
        inside = {place for start in starts for place in range(start, start + length)}
        return sum(len(found[place]) for place in inside) / sum(map(len, found))

    for n in range(2, 11):
        length = n * per_word
        places: dict[tuple[str, ...], list[int]] = {}
        for start in range(len(found) - length + 1):
            places.setdefault(tuple(found[start : start + length]), []).append(start)
        most = max(places.values(), key=len)
        if n in top and len(most) > 1 and share(most, length) > top[n]:
            return f"most frequent {n} words"
        later = [start for starts in places.values() for start in starts[1:]]
        if n in repeated and share(later, length) > repeated[n]:
            return f"repeated {n} words"
    return ""


def repetitive(draw: random.Random) -> list[str]:
    """Make words of which some runs come again, some of them over one another."""
    made = [str(draw.randrange(10**6)) for _ in range(draw.randrange(60, 160))]
    for _ in range(draw.randrange(8)):
        start, length = draw.randrange(len(made)), draw.randrange(1, 16)
        copied = made[start : start + length] * draw.choice([1, 1, 1, 2, 6])
        place = draw.randrange(len(made))
        made[place:place] = copied
    return made


def test_repeated_runs_are_those_of_the_rule_stated_simply() -> None:
    reasons = []
    for seed in range(400):
        found = repetitive(random.Random(seed))
        reasons.append(fault(" ".join(found)))
        assert reasons[-1] == slow_run_fault(found, 1), seed
        characters = [chr(0x4E00 + int(word) % 5000) for word in found for _ in range(2)]
        assert fault("".join(characters)) == slow_run_fault(characters, 2), seed
    assert {reason.partition(" ")[0] for reason in reasons} == {"", "most", "repeated"}
    assert len(set(reasons)) >= 8


@given(st.text())
def test_every_text_gets_an_answer(given_text: str) -> None:
    assert isinstance(fault(given_text * 40), str)
