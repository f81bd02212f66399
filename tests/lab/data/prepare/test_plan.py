"""The steps in their order: parts of texts that stand in several of them."""

from __future__ import annotations

import random
from pathlib import Path

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.folder import read_rows
from lab.data.prepare.plan import steps_of
from lab.data.prepare.run import Prepared, prepare
from lab.records import Split

DRAW = random.Random(3)
WORDS = ["".join(DRAW.choices("abcdefghilmnoprstu", k=6)) for _ in range(300)]


def sentences(count: int) -> str:
    return " ".join(" ".join(DRAW.choices(WORDS, k=10)).capitalize() + "." for _ in range(count))


def prepared(origin: str, folder: Path, **settings: object) -> Prepared:
    config = PrepareConfig(
        name="books", vocabulary=300, segment_tokens=100, **settings  # type: ignore[arg-type]
    )  # fmt: skip
    return prepare([origin], config, folder, lambda share, note: None)


def test_no_held_out_part_is_a_training_part_though_the_texts_are_no_copies(
    write, tmp_path: Path
) -> None:
    quoted = [sentences(8) for _ in range(10)]
    rows = [{"text": f"{quoted[number % 10]} {sentences(8)}"} for number in range(40)]
    origin = write("books.jsonl", rows)

    def shared(name: str, **settings: object) -> int:
        made = prepared(origin, tmp_path / name, **settings).dataset
        parts = {
            split: {row["reference"] for row in read_rows(Path(made.path or ""), split)}
            for split in Split
        }
        return len(parts[Split.TRAIN] & (parts[Split.VALIDATION] | parts[Split.TEST]))

    assert shared("kept", exact=False, near="off") > 0
    assert shared("exact", near="off") == 0
    assert shared("near", exact=False, near="within") == 0


def test_parts_are_compared_only_where_texts_are_cut(tmp_path: Path) -> None:
    def names(**settings: object) -> list[str]:
        config = PrepareConfig(name="x", **settings)  # type: ignore[arg-type]
        found = [step.name for step in steps_of(config, tmp_path)]
        return [name for name in found if name.endswith("parts")]

    assert names() == []
    cut = {"vocabulary": 300, "segment_tokens": 64, "scrub": False}
    both = ["exact copies of held-out parts", "near copies of held-out parts"]
    assert names(**cut) == both
    assert names(**cut, near="off") == both[:1]
    assert names(**cut, exact=False, near="across") == both[1:]
