"""How much of the files is read, for the progress bar."""

import gzip
import json
from pathlib import Path

import pytest

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.meter import Meter
from lab.data.prepare.origins import rows_of
from lab.data.prepare.run import prepare

ROW = {"text": "ábc def " * 20, "meta": {"number": 7}}


def shares(origins: list[Path], **settings: object) -> list[float]:
    """Return the share read at each row."""
    meter = Meter()
    config = PrepareConfig(name="x", **settings)  # type: ignore[arg-type]
    return [meter.share for _ in rows_of([str(path) for path in origins], config, meter)]


def write(path: Path, n: int) -> Path:
    """Write rows of one length, packed where the name says so."""
    lines = "".join(json.dumps(ROW, ensure_ascii=False) + "\n" for _ in range(n)).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


def test_the_share_grows_with_the_rows_of_a_file(tmp_path: Path) -> None:
    found = shares([write(tmp_path / "a.jsonl", 400)])
    assert found == sorted(found)
    assert found[200] == pytest.approx(0.5, abs=0.05)
    assert found[-1] == pytest.approx(1, abs=0.05)


def test_files_count_by_their_sizes_and_packed_ones_when_they_end(tmp_path: Path) -> None:
    packed, plain = write(tmp_path / "a.jsonl.gz", 4000), write(tmp_path / "b.jsonl", 100)
    found = shares([packed, plain])
    assert set(found[:4000]) == {0}
    part = packed.stat().st_size / (packed.stat().st_size + plain.stat().st_size)
    assert found[4000] >= part
    assert found[4050] == pytest.approx((1 + part) / 2, abs=0.1)


def test_a_limit_is_reached_before_the_end_of_the_file(tmp_path: Path) -> None:
    found = shares([write(tmp_path / "a.jsonl", 400)], limit=40)
    assert found[19] == pytest.approx(0.5)


def test_the_bar_moves_while_rows_are_read(tmp_path: Path) -> None:
    rows = [{"text": f"{number} is the number of this short text."} for number in range(2500)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told: list[tuple[float, str]] = []
    config = PrepareConfig(name="x", near="off", quality=False)
    prepare([str(tmp_path / "a.jsonl")], config, tmp_path, lambda *note: told.append(note))
    read = {text: share for share, text in told if text.endswith("rows read")}
    assert 0 < read["1,000 rows read"] < read["2,000 rows read"] < 0.1
    assert [share for share, _ in told] == sorted(share for share, _ in told)
