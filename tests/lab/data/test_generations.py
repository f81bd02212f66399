import pytest

from lab.data.generations import GenerationsConfig, import_generations
from lab.errors import InputError
from lab.records import Checkpoint, CheckpointKind, Prompt, Split

CONFIG = GenerationsConfig(name="mine")
ROWS = [
    {"prompt": "p", "text": "one", "system": "a"},
    {"prompt": "p", "text": "two", "system": "b"},
    {"prompt": "q", "text": "three", "system": "a"},
    {"prompt": "p", "text": "four", "system": "a"},
]


def test_prompts_and_systems_are_made_once(write):
    got = import_generations(write("a.jsonl", ROWS), CONFIG)
    assert [(p.text, p.key, p.split) for p in got.prompts] == [
        ("p", "1", Split.TEST),
        ("q", "3", Split.TEST),
    ]
    assert [(c.name, c.kind) for c in got.checkpoints] == [
        ("a", CheckpointKind.EXTERNAL),
        ("b", CheckpointKind.EXTERNAL),
    ]
    assert [g.text for g in got.generations] == ["one", "two", "three", "four"]
    assert [g.sample_index for g in got.generations] == [0, 0, 0, 1]
    assert got.datasets[0].n_prompts == 2
    assert {p.dataset_id for p in got.prompts} == {got.datasets[0].id}
    assert len(got.records()) == 1 + 2 + 2 + 4


@pytest.mark.parametrize("column", ["checkpoint", "system"])
def test_the_usual_columns_of_systems_are_found(write, column):
    row = {"prompt": "p", "text": "t", column: "them"}
    assert import_generations(write("a.jsonl", [row]), CONFIG).checkpoints[0].name == "them"


def test_one_name_for_all_or_a_column_of_names_that_look_like_numbers(write):
    rows = [{"prompt": "p", "text": "t", "human": 1}, {"prompt": "p", "text": "t", "human": 0.0}]
    path = write("a.jsonl", rows)
    config = GenerationsConfig(name="m", checkpoint_column="human")
    assert [c.name for c in import_generations(path, config).checkpoints] == ["1", "0"]
    config = GenerationsConfig(name="m", checkpoint="them")
    assert [c.name for c in import_generations(path, config).checkpoints] == ["them"]


def test_the_source_tells_prompts_of_one_text_apart(write):
    rows = [{"prompt": "p", "text": "t", "source": s, "system": "a"} for s in ("s", "z", "s")]
    got = import_generations(write("a.jsonl", rows), CONFIG)
    assert [p.source for p in got.prompts] == ["s", "z"]
    assert [g.prompt_id for g in got.generations] == [got.prompts[i].id for i in (0, 1, 0)]


def existing(text, source=None):
    return Prompt(dataset_id="d", key=f"{text}{source}", split=Split.TEST, text=text, source=source)


def test_existing_prompts_are_used(write):
    known = existing("p", "its source")
    got = import_generations(write("a.jsonl", ROWS), CONFIG, [known])
    assert [g.prompt_id == known.id for g in got.generations] == [True, True, False, True]
    assert [p.text for p in got.prompts] == ["q"]
    got = import_generations(write("a.jsonl", ROWS[:2]), CONFIG, [known])
    assert (got.datasets, got.prompts) == ((), ())


def test_a_row_with_another_source_is_another_prompt(write):
    row = {"prompt": "p", "text": "t", "system": "a", "source": "another"}
    got = import_generations(write("a.jsonl", [row]), CONFIG, [existing("p", "its source")])
    assert [p.source for p in got.prompts] == ["another"]


def test_a_row_that_fits_several_sources_is_refused(write):
    known = [existing("p", "s"), existing("p", "z")]
    with pytest.raises(InputError, match=r"line 1, column 'prompt': 2 prompts .* give the source"):
        import_generations(write("a.jsonl", ROWS), CONFIG, known)


def test_existing_outside_systems_are_used_but_no_own_checkpoint(write):
    outside = Checkpoint(name="a", kind=CheckpointKind.EXTERNAL)
    own = Checkpoint(name="b", kind=CheckpointKind.GPT, path="/x")
    got = import_generations(write("a.jsonl", ROWS), CONFIG, (), [outside, own])
    assert [c.name for c in got.checkpoints] == ["b"]
    assert got.generations[0].checkpoint_id == outside.id
    assert got.generations[1].checkpoint_id not in (own.id, outside.id)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"prompt": "p", "text": "t"}], r"no column 'checkpoint'; there is: 'prompt', 'text'"),
        ([{"prompt": "p", "system": "a"}], r"no column 'text'"),
        ([{"text": "t", "system": "a"}], r"no column 'prompt'"),
        ([ROWS[0], {**ROWS[0], "text": ""}], r"line 2, column 'text': is empty"),
        ([{**ROWS[0], "text": 5}], r"line 1, column 'text': 5 is not a text"),
        ([{**ROWS[0], "system": None}], r"line 1, column 'system': is empty"),
        ([{**ROWS[0], "system": {}}], r"line 1, column 'system': {} is not a text"),
        ([{**ROWS[0], "key": "k"}, {**ROWS[2], "key": "k"}],
         r"line 2, column 'key': the key is that of another prompt at line 1"),
    ],
)  # fmt: skip
def test_each_wrong_row_is_named(write, rows, said):
    with pytest.raises(InputError, match=said):
        import_generations(write("a.jsonl", rows), CONFIG)
