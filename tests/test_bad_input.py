"""Bad input to each command: one line that says what to do, exit code 2, nothing half written."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lab.cli import main
from lab.home import Home, find_home
from storage import frames
from storage.client import open_store, stop_owner

GOOD = '{"prompt": "Write.", "text": "A text.", "checkpoint": "x", "fluency": 3}\n'

FILES: dict[str, bytes] = {
    "good.jsonl": GOOD.encode(),
    "empty.jsonl": b"",
    "bad.jsonl": (GOOD + '{"prompt": "Write"\n').encode(),
    "types.jsonl": b'{"prompt": 5, "text": ["a"], "checkpoint": "x"}\n',
    "word.jsonl": GOOD.replace("3}", '"three"}').encode(),
    "seven.jsonl": GOOD.replace("3}", "7}").encode(),
    "latin.csv": "prompt,text\nOlá,não\n".encode("latin-1"),
    "space.jsonl": b" \n\t\n",
    "binary.txt": bytes(range(256)),
    "utf16.jsonl": GOOD.encode("utf-16"),
    "mixed.txt": "naïve\n".encode() + "não\n".encode("latin-1"),
    "nul.txt": b"one\ntwo\0\n",
    "list.jsonl": b'[{"text": "a"}]\n',
    "lines.json": b'{"text": "a"}\n{"text": "b"}\n',
    "nan.jsonl": b'{"text": NaN}\n',
    "deep.jsonl": b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "doubled.csv": b"text,text\na,b\n",
    "open.csv": b'text,n\n"a,1\nd,2\n',
    "cut.txt.gz": gzip.compress(b"A text.\n" * 999)[:-9],
    "not.txt.gz": b"A text.\n",
    "packed.jsonl.zst": b"\x28\xb5\x2f\xfd",
    "folder/a.pdf": b"%PDF",
    "keys.jsonl": b'{"text": "a", "key": "rosa@example.org"}\n' * 2,
    "keys.json": b'{"rosa@example.org": {"text": "a"}, "rosa@example.org": {}}',
    "ragged.csv": b"prompt,text\na,b,c\n",
    "not.parquet": b"PAR?",
    "unknown.xyz": b"?",
    "bad.toml": b"n_prompts = \n",
    "field.toml": b'checkpoints = ["x"]\ndataset = "small"\nreviewer_per_item = 2\n',
    "short-password": b"1234\n",
    "grid.toml": b"temperature = [0.5, 1.0]\ntop_p = [1.0, 2]\n",
    "settings.toml": b"temprature = 1.0\n",
    "gold.toml": b'[[gold]]\nprompt = "1"\ncheckpoint = "x"\nratings = {fluency = 9}\n',
    "pattern.toml": b'prompt_pattern = "("\n',
    "nine.json": b'[{"id": 7, "data": {"prompt": "p", "text": "t", "checkpoint": "x"}, '
    b'"annotations": [{"id": 1, '
    b'"completed_by": 1, "result": [{"type": "rating", "from_name": "fluency", "to_name": "text", '
    b'"value": {"rating": 9}}]}]}]',
    "min.json": b'[{"id": 7, "text": "t", "fluency": 3, "annotator": 1}]',
    "copy/manifest.json": b"{}",
}

NOBODY = "http://127.0.0.1:9/v1"
RATED = ["ratings", "import", "{file}", "--study", "s2", "--criterion", "fluency=fluency"]
MADE = ["generations", "import", "{file}", "--name", "mine"]
TRAIN = ["train", "--name", "m", "--dataset"]
DATA = ["data", "import", "{file}", "--name", "mine"]
PREPARE = ["data", "prepare", "{file}", "--name", "mine"]
STUDY = ["study", "create", "s3", "--dataset", "small", "--checkpoints", "x"]

# command, file → what the message must hold
CASES: dict[str, tuple[list[str], str | None, list[str]]] = {
    "data: missing file": (DATA, "none.jsonl", ["none.jsonl"]),
    "data: empty": (DATA, "empty.jsonl", ["empty.jsonl", "empty"]),
    "data: bad JSON": (DATA, "bad.jsonl", ["bad.jsonl", "line 2"]),
    "data: wrong type": (DATA, "types.jsonl", ["types.jsonl", "line 1", "prompt", "5"]),
    "data: wrong encoding": (DATA, "latin.csv", ["latin.csv", "UTF-8"]),
    "data: ragged CSV": (DATA, "ragged.csv", ["ragged.csv", "line 2"]),
    "data: not Parquet": (DATA, "not.parquet", ["not.parquet"]),
    "data: unknown ending": (DATA, "unknown.xyz", ["unknown.xyz", ".jsonl"]),
    "data: wrong column": ([*DATA, "--prompt-column", "promt"], "good.jsonl", ["promt", "text"]),
    "data: shares": ([*DATA, "--train-share", "0.9"], "good.jsonl", ["add up to 1"]),
    "data: no name": (DATA[:3], "good.jsonl", ["--name"]),
    "data: wrong tags": ([*DATA, "--tags-column", "topics"], "good.jsonl", ["topics", "prompt"]),
    "data: tag on an unknown data set": (
        ["data", "tag", "none", "sea", "--keys", "1"],
        None,
        ["none", "small"],
    ),
    "data: tag by a bad pattern": (
        ["data", "tag", "small", "sea", "--pattern", "("],
        None,
        ["regular expression"],
    ),
    "data: tag on an unknown key": (
        ["data", "tag", "small", "sea", "--keys", "no-key"],
        None,
        ["no-key"],
    ),
    "data: no tag": (["data", "tag", "small", "a,b", "--pattern", "."], None, ["a,b", "comma"]),
    "data: show an unknown data set": (["data", "show", "none"], None, ["none", "small"]),
    "generations: missing file": (MADE, "none.jsonl", ["none.jsonl"]),
    "generations: bad JSON": (MADE, "bad.jsonl", ["line 2"]),
    "generations: wrong type": (MADE, "types.jsonl", ["line 1", "text"]),
    "generations: wrong column": ([*MADE, "--text-column", "txt"], "good.jsonl", ["txt", "prompt"]),
    "generations: unknown checkpoint": (["generations", "show", "nobody"], None, ["nobody", "x"]),
    "ratings: a word": (RATED, "word.jsonl", ["line 1", "fluency", "three"]),
    "ratings: off the scale": (RATED, "seven.jsonl", ["line 1", "7", "5"]),
    "ratings: wrong column": ([*RATED[:-1], "fluency=flu"], "good.jsonl", ["flu", "prompt"]),
    "ratings: half a criterion": ([*RATED[:-1], "fluency"], "good.jsonl", ["fluency", "="]),
    "ratings: known study": ([*RATED[:4], "s1", *RATED[5:]], "good.jsonl", ["s1", "another name"]),
    "train: unknown data set": ([*TRAIN, "none"], None, ["none", "small"]),
    "train: bad value": ([*TRAIN, "small", "--heads", "3"], None, ["width", "6"]),
    "train: no folder": (
        [*TRAIN, "rows", "--architecture", "hub", "--parent", "./nowhere"],
        None,
        ["nowhere"],
    ),
    "train: too little data": ([*TRAIN, "small"], None, ["train"]),
    "sample: unknown checkpoint": (
        ["sample", "nobody", "--dataset", "small"],
        None,
        ["nobody", "x"],
    ),
    "sample: outside system": (["sample", "x", "--dataset", "small"], None, ["outside system"]),
    "sample: bad value": (
        ["sample", "x", "--dataset", "small", "--top-p", "2"],
        None,
        ["top_p", "2"],
    ),
    "sample: endpoint without a model": (
        ["sample", "x", "--dataset", "small", "--endpoint", NOBODY],
        None,
        ["endpoint_model"],
    ),
    "sample: nobody serves": (
        [
            "sample",
            "x",
            "--dataset",
            "small",
            "--endpoint",
            "http://127.0.0.1:9/v1",
            "--endpoint-model",
            "m",
        ],
        None,
        ["127.0.0.1:9", "cannot be reached"],
    ),
    "sample: bad grid": (
        ["sample", "x", "--dataset", "small", "--grid", "{file}"],
        "grid.toml",
        ["top_p", "2"],
    ),
    "sample: unknown setting": (
        ["sample", "x", "--dataset", "small", "--config", "{file}"],
        "settings.toml",
        ["temprature"],
    ),
    "checkpoints: no folder": (["checkpoints", "add", "m", "./nowhere"], None, ["nowhere"]),
    "checkpoints: bad template": (
        ["checkpoints", "add", "m", ".", "--template", "{question}"],
        None,
        ["question"],
    ),
    "score: unknown metric": (["score", "--metric", "bluu"], None, ["bluu", "bleu"]),
    "score: no judge": (["score", "--metric", "perplexity"], None, ["--judge"]),
    "score: outside judge": (["score", "--judge", "x"], None, ["outside"]),
    "check: unknown check": (["check", "--checker", "truth"], None, ["truth", "source"]),
    "study: unknown checkpoint": ([*STUDY[:-1], "y", "--design", "rate"], None, ["y", "x"]),
    "study: one checkpoint": (STUDY, None, ["design", "second"]),
    "study: bad TOML": (
        ["study", "create", "s3", "--protocol", "{file}"],
        "bad.toml",
        ["bad.toml", "line 1"],
    ),
    "study: unknown field": (
        ["study", "create", "s3", "--protocol", "{file}"],
        "field.toml",
        ["reviewer_per_item", "reviewers_per_item"],
    ),
    "study: known name": (
        ["study", "create", "s1", *STUDY[3:], "--design", "rate"],
        None,
        ["s1", "another name"],
    ),
    "study: start an unknown one": (["study", "start", "s9"], None, ["s9", "s1"]),
    "account: known name": (["account", "add", "ada", "--role", "lead"], None, ["ada"]),
    "account: short password": (
        ["account", "add", "bob", "--role", "lead", "--password-file", "{file}"],
        "short-password",
        ["8 characters"],
    ),
    "study: breaks the blindness": (
        ["study", "create", "s3", *STUDY[3:], "--design", "rate", "--title", "Is x good?"],
        None,
        ["title", "x"],
    ),
    "study: gold off the scale": (
        [*STUDY, "--design", "rate", "--protocol", "{file}"],
        "gold.toml",
        ["gold.toml", "fluency", "9"],
    ),
    "study: bad pattern": (
        [*STUDY, "--design", "rate", "--protocol", "{file}"],
        "pattern.toml",
        ["pattern.toml", "prompt_pattern"],
    ),
    "study: share above 1": (
        [*STUDY, "--design", "rate", "--repeats", "1.5"],
        None,
        ["repeats", "1.5"],
    ),
    "study: no second sample": (
        [*STUDY, "--design", "rate", "--aa-pairs", "1"],
        None,
        ["aa_pairs"],
    ),
    "study: check an unknown one": (["study", "check", "s9"], None, ["s9", "s1"]),
    "account: invite nobody": (["account", "invite", "--account", "eve"], None, ["eve", "ada"]),
    "account: days": (["account", "invite", "--role", "lead", "--days", "0"], None, ["0"]),
    "ratings: another program's scale": (
        [*RATED, "--format", "label-studio"],
        "nine.json",
        ["nine.json", "7", "fluency", "9"],
    ),
    "ratings: another program's short form": (
        [*RATED, "--format", "label-studio"],
        "min.json",
        ["min.json"],
    ),
    "import: no lab": (["import", "{file}"], "nowhere", ["nowhere"]),
    "import: bad manifest": (["import", "{file}"], "copy", ["copy"]),
    "export: no votes": (["export", "preferences", "{file}"], "out.jsonl", ["vote"]),
    "export: a share above 1": (
        ["export", "preferences", "{file}", "--test-share", "2"],
        "out",
        ["2"],
    ),
    "export: unknown ending": (["export", "ratings", "{file}"], "out.xlsx", ["out.xlsx", ".csv"]),
}


# file → what the message of both commands that read data must hold
READ: dict[str, list[str]] = {
    "empty.jsonl": ["empty.jsonl", "no rows"],
    "space.jsonl": ["space.jsonl", "no rows"],
    "bad.jsonl": ["bad.jsonl", "line 2"],
    "binary.txt": ["binary.txt", "line 2", "byte 128", "no text file"],
    "utf16.jsonl": ["utf16.jsonl", "line 1", "UTF-16"],
    "latin.csv": ["latin.csv", "line 2", "Latin-1"],
    "mixed.txt": ["mixed.txt", "line 2", "mixes encodings"],
    "nul.txt": ["nul.txt", "line 2", "NUL"],
    "list.jsonl": ["list.jsonl", "line 1", "a list", "one per line"],
    "lines.json": ["lines.json", "row 1", "a text", "one per line"],
    "types.jsonl": ["types.jsonl", "line 1", "prompt", "5", "quotes"],
    "deep.jsonl": ["deep.jsonl", "line 1", "too deeply"],
    "ragged.csv": ["ragged.csv", "line 2", "3 fields"],
    "doubled.csv": ["doubled.csv", "line 1", "'text'", "twice"],
    "open.csv": ["open.csv", "line 2", "quotes"],
    "not.parquet": ["not.parquet", "not Parquet"],
    "cut.txt.gz": ["cut.txt.gz", "unpacked", "ended"],
    "not.txt.gz": ["not.txt.gz", "unpacked"],
    "packed.jsonl.zst": ["packed.jsonl.zst", ".zst", ".jsonl"],
    "keys.jsonl": ["keys.jsonl, line 2", "key", "line 1"],
    "keys.json": ["keys.json, line 1", "row 2", "row 1"],
    "links/a.txt": ["a.txt", "link"],
    "pipes/a.txt": ["a.txt", "not a file"],
}
CASES |= {
    f"data {'prepare' if words is PREPARE else 'import'}: {file}": (words, file, wanted)
    for file, wanted in READ.items()
    for words in (PREPARE, DATA)
}
FOLDERS = {"folder": [".pdf", ".txt"], "empty": ["no files"], "links": ["link"], "pipes": ["a.txt"]}
CASES |= {f"data prepare: {name}/": (PREPARE, name, wanted) for name, wanted in FOLDERS.items()}
CASES |= {
    "data prepare: no texts": (PREPARE, "nan.jsonl", ["no row is left", "empty"]),
    "data prepare: no name": (["data", "prepare", "", "--name", "mine"], None, ["origin"]),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("bad-input")
    for name in ("copy", "folder", "empty", "links", "pipes"):
        (folder / name).mkdir()
    (folder / "links" / "a.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipes" / "a.txt")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    home = find_home(folder / "lab")
    at = ["--home", str(home.path)]
    good = str(folder / "good.jsonl")
    assert main(["generations", "import", good, "--name", "small", *at]) == 0
    rows = ["--name", "rows", "--train-share", "1", "--validation-share", "0", "--test-share", "0"]
    assert main(["data", "import", good, *rows, *at]) == 0
    rating = ["--study", "s1", "--criterion", "fluency=fluency"]
    assert main(["ratings", "import", good, *rating, *at]) == 0
    assert main(["account", "add", "ada", "--role", "reviewer", *at]) == 0
    yield home
    stop_owner(home)


def counts(home: Home) -> dict[str, int]:
    with open_store(home) as store:
        return dict(frames.counts(store))


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must fail; returns its last line."""
    capsys.readouterr()
    try:
        code = main(words)
    except SystemExit as left:
        code = int(left.code or 0)
    shown = capsys.readouterr().err
    assert code == 2, shown
    assert "Traceback" not in shown
    (line,) = [line for line in shown.splitlines() if line.startswith("lab: error: ")]
    return line


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_line_and_leaves_nothing(
    case: str, small: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words, file, wanted = CASES[case]
    folder = small.path.parent
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    filled = [word.replace("{file}", str(folder / (file or ""))) for word in words]
    before, files = counts(small), sorted(folder.rglob("*.jsonl"))
    line = run([*filled, "--home", str(small.path)], capsys)
    for part in wanted:
        assert part in line
    assert counts(small) == before
    assert sorted(folder.rglob("*.jsonl")) == files
    assert not [*small.checkpoints.glob("*"), *small.data.glob("*")]
    assert "rosa" not in line
    assert len(line) < 700


def test_a_port_in_use_names_the_next_one(small: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for name in ("review", "dashboard"):
            line = run([name, "--home", str(small.path), "--port", str(port)], capsys)
            assert str(port) in line


def test_a_database_of_a_newer_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = find_home(tmp_path / "lab")
    with open_store(home):
        pass
    stop_owner(home)
    with duckdb.connect(home.database) as connection:
        connection.execute(
            "INSERT INTO schema_migrations "
            "SELECT * REPLACE (9999 AS version) FROM schema_migrations LIMIT 1"
        )
    assert "newer" in run(["status", "--home", str(home.path)], capsys)


def test_a_file_that_is_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lab.duckdb").write_text(json.dumps({"not": "a database"}) * 2000)
    assert "lab.duckdb" in run(["status", "--home", str(tmp_path)], capsys)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that even root cannot write")
def test_a_read_only_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert "/proc/lab" in run(["status", "--home", "/proc/lab"], capsys)


def test_a_folder_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lab").write_text("")
    assert "lab" in run(["status", "--home", str(tmp_path / "lab")], capsys)
