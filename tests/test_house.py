"""The house rules that no linter knows: documents that hold, docstrings where they are promised."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("lab", "apps", "storage")
TEXT = {".py", ".md", ".toml", ".html", ".css", ".js", ".sql", ".yml", ".yaml", ".txt", ".svg", ""}
# Written in pieces, so that this file does not find itself.
FORBIDDEN = [
    "/work" + "/",
    "/tmp/" + "contracts",
    "shared/" + "(design|style).md",
    r"\bissues? " + r"#?\d",
    r"\bTO" + r"DO\b",
    r"\bFIX" + r"ME\b",
]


def tracked(*suffixes: str) -> list[Path]:
    """Files that git knows or would take, without those that were deleted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in sorted(set(listed.stdout.splitlines()))]
    return [path for path in paths if path.is_file() and path.suffix in suffixes]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def modules() -> list[Path]:
    public = [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in PACKAGES]
    return [path for path in public if not path.name.startswith("_") or path.stem == "__init__"]


def anchors(document: str) -> set[str]:
    """Make the anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {word.replace(" ", "-") for word in words}


def without_code(document: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", document, flags=re.DOTALL)


@pytest.mark.parametrize("path", tracked(".md"), ids=name)
def test_relative_links_lead_somewhere(path):
    document = without_code(path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", document):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.exists(), f"{name(path)} links to {target}"
        if anchor:
            assert anchor in anchors(linked.read_text(encoding="utf-8")), (
                f"{target} in {name(path)}"
            )


def test_there_are_decisions_and_each_is_numbered_dated_and_whole():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [file.name[:4] for file in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert len(files) >= 7
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert re.match(r"# \d+\. .+\n\nDate: 20\d\d-[01]\d-[0-3]\d\n", text), file.name
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{file.name} has no {part}"


def test_paths_that_the_documents_name_exist():
    # Paths in code marks that begin with one of our folders are promises as much as links are.
    folders = "lab|apps|storage|tests|docs|benchmarks"
    for path in tracked(".md"):
        if path.name == "CHANGELOG.md":
            continue
        text = path.read_text(encoding="utf-8")
        for named in re.findall(rf"`((?:{folders})/[\w./-]+)`", text):
            assert (ROOT / named).exists(), f"{name(path)} names {named}"


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_word_of_the_workshop_stays_in_the_product(pattern):
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in tracked(*TEXT)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_says_in_a_sentence_what_it_is(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence = docstring.split("\n\n")[0].replace("\n", " ")
    assert sentence, f"{name(path)} has no docstring"
    assert sentence.endswith((".", ":")), f"{name(path)}: {sentence!r} is no sentence"
    assert len(re.findall(r"[.!?] [A-Z]", sentence)) == 0, f"{name(path)}: more than a sentence"


def test_every_field_of_a_record_has_its_own_line():
    tree = ast.parse((ROOT / "lab" / "records.py").read_text(encoding="utf-8"))
    records = [node for node in tree.body if isinstance(node, ast.ClassDef) and is_dataclass(node)]
    assert len(records) >= 15
    for record in records:
        for field, after in zip(record.body, [*record.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign):
                words = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                assert words, f"{record.name}.{field.target.id} has no docstring"


def is_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_no_file_is_three_rooms():
    # The records are one glossary, to be read from top to bottom.
    rooms = [path for path in modules() if name(path) != "lab/records.py"]
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in rooms}
    assert {path: lines for path, lines in long.items() if lines > 400} == {}
