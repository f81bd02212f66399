"""Makes copies of training rows whose texts a seq2seq checkpoint has written anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.altering import altered, inputs, marked, may_copy
from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import map_slices
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.models.lengths import by_length
from lab.sentences import sentence_ends

if TYPE_CHECKING:
    from datasets import Dataset

NAME = "paraphrase"
TOKENS = 2048
"""Tokens of sentences that are rewritten at once."""

_TOP_P = 0.95
_LIKELY = 256
"""Tokens among which those that hold 95 % are looked for first, as sorting all takes long."""

_LONGEST = 512
"""Tokens of the longest sentence that is rewritten."""


def paraphrase_step(checkpoint: str, prefix: str, seed: int) -> SetStep:
    """Make the step that paraphrases.

    Args:
        checkpoint: folder or hub name of a seq2seq checkpoint.
        prefix: what it wants to read before each sentence.
        seed: with the row's key and the sentence's number it decides what is drawn.

    Returns:
        The step; the checkpoint is loaded when it runs.
    """
    settings = {"checkpoint": checkpoint, "prefix": prefix, "top_p": _TOP_P, "seed": seed}
    return SetStep(NAME, settings, _Paraphrased(checkpoint, prefix, seed))


class _Paraphrased:
    """Adds a paraphrased copy to each training row."""

    def __init__(self, checkpoint: str, prefix: str, seed: int):
        self.checkpoint, self.prefix, self.seed = checkpoint, prefix, seed

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        writer = load_writer(self.checkpoint, self.prefix)
        n_copies = n_same = 0

        def copy(batch: list[Fields]) -> list[Fields]:
            nonlocal n_copies, n_same
            wanted = [place for place, row in enumerate(batch) if may_copy(row)]
            copies = dict(
                zip(wanted, self._copies([batch[at] for at in wanted], writer), strict=True)
            )
            made: list[Fields] = []
            for place, row in enumerate(batch):
                made.append(row)
                other = copies.get(place)
                if other is not None:
                    made.append(other)
                    n_copies += 1
                elif place in copies:
                    n_same += 1
            return made

        made = map_slices(rows, copy, scratch / "rows.arrow")
        counts = {"copies": n_copies, "nothing to alter": n_same}
        return SetOutcome(made, counts={name: n for name, n in counts.items() if n})

    def _copies(self, rows: Sequence[Fields], writer: Writer) -> list[Fields | None]:
        """Return a copy of each row; None where the writer changed nothing."""
        asked = {
            (place, text): _pieces(text) for place, row in enumerate(rows) for text in _texts(row)
        }
        jobs = [
            (piece.strip(), _seed(self.seed, rows[place]["key"], number))
            for (place, _), pieces in asked.items()
            for number, piece in enumerate(pieces)
        ]
        written = iter(writer.write(jobs))
        made = {
            key: "".join(_with_space_of(piece, next(written)) for piece in pieces)
            for key, pieces in asked.items()
        }
        copies = []
        for place, row in enumerate(rows):
            of_row = {text: new for (at, text), new in made.items() if at == place}
            copy = altered(row, partial(_looked_up, of_row), with_source=False)
            copies.append(copy and marked(copy, NAME))
        return copies


def _looked_up(written: dict[str, str], text: str) -> str:
    return written.get(text, text)


def _texts(row: Fields) -> list[str]:
    """List the texts of a row that are rewritten."""
    found: list[str] = []
    for name in inputs(row, with_source=False):
        if name == "messages":
            found += [turn["content"] for turn in row[name] if turn["role"] == "user"]
        else:
            found.append(row[name])
    return [text for text in dict.fromkeys(found) if text and text.strip()]


def _pieces(text: str) -> list[str]:
    """Cut a text into sentences with the space around them."""
    ends = [*sentence_ends(text), len(text)]
    found = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return [piece for piece in found if piece]


def _with_space_of(piece: str, written: str) -> str:
    core = piece.strip()
    if not core or not written:
        return piece
    before = piece[: len(piece) - len(piece.lstrip())]
    return before + written + piece[len(piece.rstrip()) :]


def _seed(seed: int, key: str, number: int) -> int:
    digest = hashlib.blake2b(f"{seed}\0{NAME}\0{key}\0{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


class Writer:
    """A loaded seq2seq model."""

    def __init__(self, model: Any, tokenizer: Any, prefix: str) -> None:
        """Take a model with its tokenizer, and what it wants to read before each sentence."""
        self._model, self._tokenizer, self._prefix = model.eval(), tokenizer, prefix

    def write(self, jobs: Sequence[tuple[str, int]]) -> list[str]:
        """Rewrite sentences.

        Args:
            jobs: sentence and seed; blank ones are left out.

        Returns:
            What was written for each, "" where nothing was; drawn from the most probable tokens
            that hold 95 % (Holtzman et al., 2020), by each job's own seed.
        """
        written = [""] * len(jobs)
        ids = [self._tokenizer(self._prefix + text, verbose=False)["input_ids"] for text, _ in jobs]
        longest = self._at_most(_LONGEST)
        # What does not fit would lose its end.
        asked = [n for n, (text, _) in enumerate(jobs) if text and len(ids[n]) <= longest]
        for batch in by_length([len(ids[n]) for n in asked], TOKENS):
            places = [asked[one] for one in batch]
            texts = self._written([ids[n] for n in places], [jobs[n][1] for n in places])
            for place, text in zip(places, texts, strict=True):
                written[place] = text
        return written

    def _at_most(self, tokens: int) -> int:
        """Return so many tokens, or those that the model has places for where it has fewer."""
        limit = getattr(self._model.config, "max_position_embeddings", None) or 0
        return min(tokens, int(limit)) if limit > 0 else tokens

    def _written(self, ids: list[list[int]], seeds: list[int]) -> list[str]:
        import torch
        from transformers import LogitsProcessorList

        batch = self._tokenizer.pad(
            {"input_ids": ids}, return_tensors="pt", padding_side="right", verbose=False
        )
        batch = {
            name: batch[name].to(self._model.device) for name in ("input_ids", "attention_mask")
        }
        # A sentence may grow to twice its length; each stops where it would stop alone.
        places = self._at_most(2 * _LONGEST + 16) - 1
        limits = [min(2 * len(one) + 16, places) for one in ids]
        with torch.inference_mode():
            made = self._model.generate(
                **batch,
                do_sample=False,
                num_beams=1,
                max_new_tokens=max(limits),
                logits_processor=LogitsProcessorList([_drawing(seeds)]),
            )
        rows = [row[: limit + 1] for row, limit in zip(made.tolist(), limits, strict=True)]
        texts = self._tokenizer.batch_decode(rows, skip_special_tokens=True)
        return [" ".join(text.split()) for text in texts]


def _drawing(seeds: Sequence[int]) -> Any:
    """Make greedy choice a draw: what `generate` is given has one token to choose in each row.

    Each row has random numbers of its own seed, so that what is drawn does not depend on the other
    rows.
    """
    import torch

    generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def draw(ids: Any, scores: Any) -> Any:
        uniforms = torch.stack(
            [torch.rand(1, generator=one, dtype=torch.float64) for one in generators]
        ).to(scores.device)
        total = scores.logsumexp(-1, keepdim=True)
        best = scores.topk(min(_LIKELY, scores.shape[1]))
        chances = (best.values - total).exp()
        tokens = _drawn(chances, best.indices, uniforms)
        many = chances.sum(-1) < _TOP_P
        if many.any():
            every = scores[many].sort(descending=True)
            chances = (every.values - total[many]).exp()
            tokens[many] = _drawn(chances, every.indices, uniforms[many])
        return torch.full_like(scores, float("-inf")).scatter_(1, tokens, 0.0)

    return draw


def _drawn(chances: Any, tokens: Any, uniforms: Any) -> Any:
    """Draw from the fewest tokens that hold 95 %; all are (rows, tokens), the likeliest first."""
    reached = chances.double().cumsum(-1)
    n_kept = (reached - chances < _TOP_P).sum(-1, keepdim=True)
    places = (reached <= uniforms * reached.gather(1, n_kept - 1)).sum(-1, keepdim=True)
    return tokens.gather(1, places.minimum(n_kept - 1))


def load_writer(checkpoint: str, prefix: str = "") -> Writer:
    """Load a seq2seq checkpoint.

    Args:
        checkpoint: a folder, or a name on the Hugging Face hub.
        prefix: what it wants to read before each sentence.

    Returns:
        The writer, on the first GPU if there is any, else the CPU.

    Raises:
        CheckpointError: it cannot be loaded, or is of another kind.
    """
    from lab.models.outside import load_outside

    model, tokenizer = load_outside(
        "AutoModelForSeq2SeqLM",
        checkpoint,
        "paraphrase",
        "a seq2seq checkpoint such as T5 or BART with its tokenizer",
    )
    return Writer(model, tokenizer, prefix)
