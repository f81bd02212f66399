"""Turns training texts into a tokenizer, or a folder or hub name into the one that is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from lab.errors import CheckpointError
from lab.models.hub import without_retries
from lab.models.quiet import quiet

PAD, BEGIN, END, UNKNOWN = "<|pad|>", "<|begin|>", "<|end|>", "<|unknown|>"

# A word, or a run of other marks, with the space before it, so that tokens put together are text.
_PIECE = (
    r" ?[\p{L}\p{M}\p{N}]+(?:['’‑-][\p{L}\p{M}\p{N}]+)*"
    r"| ?[^\s\p{L}\p{M}\p{N}]+"
    r"|\s"
)

_ENDLESS = re.compile(r"\S{256}(?=\S)")


def train_tokenizer(
    texts: Iterable[str], vocabulary: int, context: int, kind: Literal["bpe", "word"] = "bpe"
) -> Any:
    """Train a tokenizer.

    Args:
        texts: the training texts.
        vocabulary: most tokens to have, at least 259 (the bytes and three special tokens).
        context: longest input of the model that it is for, in tokens.
        kind: "bpe" for byte-level BPE (Sennrich et al. 2016, GPT-2's bytes), which writes any text
            back without loss; "word" for whole words, of which rarer ones are unknown.

    Returns:
        A PreTrainedTokenizerFast that puts a begin token before a text.
    """
    made, trainer = _word_level(vocabulary) if kind == "word" else _bpe(vocabulary)
    # BPE learns from a run of letters in the square of its length: of blobs, pieces are enough.
    made.train_from_iterator((_ENDLESS.sub(r"\g<0>\n", text) for text in texts), trainer)
    begin = made.token_to_id(BEGIN)
    made.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, begin)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=PAD,
        bos_token=BEGIN,
        eos_token=END,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
        **({"unk_token": UNKNOWN} if kind == "word" else {}),
    )


def load_tokenizer(name: str | Path) -> Any:
    """Load the tokenizer of a folder or of a checkpoint on the Hugging Face hub.

    Args:
        name: a folder in transformers' format, or a name on the hub.

    Returns:
        A tokenizer of transformers; code from a hub is never run.

    Raises:
        CheckpointError: there is none, or it cannot be read.
    """
    from transformers import AutoTokenizer

    folder = Path(name).expanduser()
    is_path = isinstance(name, Path) or name.startswith((".", "/", "~"))
    if is_path and not folder.is_dir():
        raise CheckpointError(f"tokenizer {str(name)!r}: no such folder; check the path")
    try:
        place = str(folder) if folder.is_dir() else str(name)
        with quiet(), without_retries(place):
            return AutoTokenizer.from_pretrained(place, trust_remote_code=False)
    except Exception as error:  # transformers, tokenizers and the hub raise a dozen kinds
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise CheckpointError(
            f"tokenizer {str(name)!r} cannot be loaded: {reason}; give a folder with a "
            "tokenizer.json, or the name of a checkpoint here or on the Hugging Face hub"
        ) from error


def given_tokenizer(name: str | Path, context: int) -> Any:
    """Load a tokenizer for a model that is made from scratch.

    Args:
        name: a folder in transformers' format, or a name on the hub.
        context: longest input of the model, in tokens.

    Returns:
        The tokenizer, with an end token and a padding token (where it has none, the end token).

    Raises:
        CheckpointError: it cannot be loaded, or has no end token.
    """
    tokenizer = load_tokenizer(name)
    if tokenizer.eos_token_id is None:
        raise CheckpointError(
            f"tokenizer {str(name)!r} has no end token; set eos_token in its tokenizer_config.json"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.model_max_length = context
    return tokenizer


def _bpe(vocabulary: int) -> tuple[Tokenizer, Any]:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return made, trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, BEGIN, END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )


def _word_level(vocabulary: int) -> tuple[Tokenizer, Any]:
    made = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(_PIECE), behavior="isolated")
    made.decoder = decoders.Fuse()
    return made, trainers.WordLevelTrainer(
        vocab_size=vocabulary, special_tokens=[PAD, BEGIN, END, UNKNOWN], show_progress=False
    )
