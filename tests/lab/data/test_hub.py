import sys
import types

import pytest
from huggingface_hub import HfApi, constants

from lab.data.config import ImportConfig
from lab.data.hub import is_hub_name
from lab.data.prompts import import_prompts
from lab.errors import InputError
from lab.records import Split


@pytest.fixture
def hub(monkeypatch):
    """Put a stand-in for the `datasets` library in place, which gives what is put in `splits`."""
    fake = types.ModuleType("datasets")
    fake.splits, fake.asked, fake.offline = {}, [], []
    fake.config = types.SimpleNamespace(HF_HUB_OFFLINE=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(HfApi, "dataset_info", lambda self, name, timeout: None)

    def load_dataset(name, subset, streaming):
        fake.asked.append((name, subset))
        assert streaming is not fake.config.HF_HUB_OFFLINE
        fake.offline.append((constants.HF_HUB_OFFLINE, fake.config.HF_HUB_OFFLINE))
        if isinstance(fake.splits, Exception):
            raise fake.splits
        return fake.splits

    fake.load_dataset = load_dataset
    monkeypatch.setitem(sys.modules, "datasets", fake)
    return fake


def test_a_hub_name_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_hub_name("org/name-1.0")
    assert not is_hub_name("folder/file.jsonl")
    assert not is_hub_name("name")
    assert not is_hub_name("a/b/c")
    assert not is_hub_name("/absolute")


def test_its_splits_are_kept(hub):
    hub.splits = {"train": [{"prompt": "a"}, {"prompt": "b"}], "validation": [{"prompt": "c"}]}
    dataset, prompts, _ = import_prompts("org/name", ImportConfig(name="m", hub_subset="en"))
    assert hub.asked == [("org/name", "en")]
    assert dataset.origin == "org/name"
    assert [(p.key, p.split, p.text) for p in prompts] == [
        ("train-0", Split.TRAIN, "a"),
        ("train-1", Split.TRAIN, "b"),
        ("validation-0", Split.VALIDATION, "c"),
    ]


@pytest.mark.parametrize("names", [["train"], ["train_sft", "test_sft"]])
def test_a_lone_split_and_unknown_splits_are_split_anew(hub, names):
    hub.splits = {name: [{"prompt": f"{name} {n}"} for n in range(50)] for name in names}
    _, prompts, _ = import_prompts("org/name", ImportConfig(name="m"))
    assert {prompt.split for prompt in prompts} == set(Split)


def test_what_the_hub_refuses_is_said(hub):
    hub.splits = ConnectionError("no way to host\nmore lines")
    with pytest.raises(InputError, match=r"org/name: there is no such file.*\(no way to host\)"):
        import_prompts("org/name", ImportConfig(name="m"))
    hub.splits = {"train": []}
    with pytest.raises(InputError, match="holds no rows"):
        import_prompts("org/name", ImportConfig(name="m"))


def test_without_a_network_only_the_cache_is_asked(hub, monkeypatch):
    def refuse(self, name, timeout):
        raise ConnectionError("no network")

    hub.splits = {"train": [{"prompt": "cached"}]}
    monkeypatch.setattr(HfApi, "dataset_info", refuse)
    import_prompts("org/name", ImportConfig(name="m"))
    assert hub.offline == [(True, True)]
    assert (constants.HF_HUB_OFFLINE, hub.config.HF_HUB_OFFLINE) == (False, False)


def test_with_a_network_the_hub_is_asked(hub):
    hub.splits = {"train": [{"prompt": "there"}]}
    import_prompts("org/name", ImportConfig(name="m"))
    assert hub.offline == [(False, False)]
