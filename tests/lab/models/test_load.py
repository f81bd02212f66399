"""Loading of own folders, foreign folders, and names on a hub."""

import json
from pathlib import Path

import pytest
import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from lab.errors import CheckpointError
from lab.models.load import load_model
from lab.models.quiet import quiet
from lab.models.save import save_checkpoint
from lab.models.tokenizer import train_tokenizer


@pytest.fixture
def foreign(tokenizer: object, tmp_path: Path) -> Path:
    """Make a folder as another tool leaves it: GPT-2, no padding token, no lab.json."""
    bare = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend_tokenizer, eos_token="<|end|>", bos_token="<|begin|>"
    )
    config = GPT2Config(
        vocab_size=len(bare), n_embd=32, n_layer=1, n_head=2, n_positions=48, eos_token_id=2
    )
    with quiet():
        GPT2LMHeadModel(config).save_pretrained(tmp_path / "foreign")
        bare.save_pretrained(tmp_path / "foreign")
    return tmp_path / "foreign"


@pytest.mark.parametrize("kind", ["gpt", "lstm", "gru"])
def test_an_own_folder_comes_back_whole(
    kind: str, tokenizer: object, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(kind)
    about = {"template": "{source}\n", "kind": kind, "context": 60}
    save_checkpoint(model, tokenizer, tmp_path / "c", about)
    loaded = load_model(tmp_path / "c", "cpu")
    ids = torch.tensor([[1, 20, 30]])
    assert (loaded.template, loaded.kind, loaded.context) == ("{source}\n", kind, 60)
    assert not loaded.model.training
    torch.testing.assert_close(loaded.model(ids).logits, model(ids).logits)
    assert loaded.tokenizer("the cat")["input_ids"] == tokenizer("the cat")["input_ids"]


def test_a_foreign_folder_gets_a_padding_token_and_its_context(foreign: Path) -> None:
    loaded = load_model(str(foreign), "cpu")
    assert (loaded.template, loaded.kind, loaded.context) == ("{prompt}", "hub", 48)
    assert loaded.tokenizer.pad_token_id == loaded.tokenizer.eos_token_id
    assert loaded.model.dtype == torch.float32


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such folder"):
        load_model(tmp_path / "nowhere", "cpu")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no config\.json"):
        load_model(tmp_path, "cpu")


def test_a_foreign_folder_without_weights_is_refused(foreign: Path) -> None:
    (foreign / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"cannot be loaded.*whole"):
        load_model(foreign, "cpu")


def test_a_foreign_folder_without_a_tokenizer_is_refused(foreign: Path) -> None:
    for file in foreign.glob("*token*"):
        file.unlink()
    with pytest.raises(CheckpointError, match=r"tokenizer is missing or damaged; put the tok"):
        load_model(foreign, "cpu")


@pytest.mark.parametrize("content", ["", '{"ver', "{}"])
def test_a_broken_tokenizer_is_refused(content: str, foreign: Path) -> None:
    (foreign / "tokenizer.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"tokenizer is missing or damaged"):
        load_model(foreign, "cpu")


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(foreign: Path) -> None:
    with quiet():
        train_tokenizer([" ".join(map(str, range(999)))], 400, 64).save_pretrained(foreign)
    with pytest.raises(CheckpointError, match=r"has 400 tokens where the model knows 2\d\d; it is"):
        load_model(foreign, "cpu")


def test_a_tokenizer_without_the_models_end_is_refused(foreign: Path) -> None:
    config = json.loads((foreign / "config.json").read_text())
    changed = config | {"eos_token_id": config["vocab_size"] - 1}
    (foreign / "config.json").write_text(json.dumps(changed))
    with quiet():
        train_tokenizer(["a"], 259, 64).save_pretrained(foreign)
    with pytest.raises(CheckpointError, match=r"end token has number 2\d\d.*only 259 tokens"):
        load_model(foreign, "cpu")


def test_weights_that_are_cut_off_are_refused(foreign: Path) -> None:
    path = foreign / "model.safetensors"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CheckpointError, match=r"its weights are cut off or damaged"):
        load_model(foreign, "cpu")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_layer": 2}, r"no weights for 'transformer\.h\.1\.attn\.c_attn\.bias' and 11 more"),
        ({"n_embd": 64}, r"have the shape \(96,\) where its config\.json asks for \(192,\)"),
        ({"n_embd": "x"}, r"Field 'n_embd' expected int, got str \(value: 'x'\); it must be a ca"),
    ],
)
def test_a_config_of_another_model_is_refused(changes: dict, said: str, foreign: Path) -> None:
    config = json.loads((foreign / "config.json").read_text())
    (foreign / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(CheckpointError, match=said):
        load_model(foreign, "cpu")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello {", r"config\.json' cannot be read: Expecting value"),
        (b"\xff\xfe\x00", r"config\.json' cannot be read: 'utf-8' codec"),
        (b"[1]", r"config\.json' holds no JSON object"),
        (b"{}", r"cannot be loaded: Unrecognized model"),
    ],
)
def test_a_broken_config_is_refused(content: bytes, said: str, foreign: Path) -> None:
    (foreign / "config.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=said):
        load_model(foreign, "cpu")


def test_a_tokenizer_and_a_model_without_an_end_are_refused(foreign: Path) -> None:
    config = json.loads((foreign / "config.json").read_text())
    (foreign / "config.json").write_text(json.dumps(config | {"eos_token_id": None}))
    told = json.loads((foreign / "tokenizer_config.json").read_text())
    del told["eos_token"]
    (foreign / "tokenizer_config.json").write_text(json.dumps(told))
    with pytest.raises(CheckpointError, match=r"has no end token; set eos_token"):
        load_model(foreign, "cpu")


SMALL = {
    "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
    "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16,
    "num_key_value_heads": 2, "pad_token_id": 0, "max_position_embeddings": 64,
}  # fmt: skip

DISTILLED = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("BartForConditionalGeneration", r"is of type 'bart', which is no causal language model"),
        ("DistilBertForMaskedLM", r"is of type 'distilbert', which is no causal language model"),
        ("BertForSequenceClassification", r"no weights for 'cls\.predictions\.bias' and 5 more"),
        ("LlamaForSequenceClassification", r"no weights for 'lm_head\.weight': it is damaged, or"),
    ],
)
def test_a_model_for_something_else_is_refused(kind: str, said: str, foreign: Path) -> None:
    made = getattr(transformers, kind)
    config = made.config_class(vocab_size=270, **(DISTILLED if "Distil" in kind else SMALL))
    with quiet():
        made(config).save_pretrained(foreign)
    with pytest.raises(CheckpointError, match=said):
        load_model(foreign, "cpu")


def test_a_model_that_is_not_causal_is_refused(foreign: Path) -> None:
    (foreign / "config.json").write_text('{"model_type": "nobody-knows"}')
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load_model(foreign, "cpu")


def test_a_hub_name_out_of_reach_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match=r"'nobody/no-such-model'.*connection.*hf auth login"):
        load_model("nobody/no-such-model", "cpu")


def test_an_unknown_device_is_refused(foreign: Path) -> None:
    with pytest.raises(CheckpointError, match="device 'quantum'"):
        load_model(foreign, "quantum")
