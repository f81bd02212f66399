"""A text, given its prompt, into its perplexity and bits per byte under a judge."""

from __future__ import annotations

import math
from collections.abc import Callable

from lab.errors import InputError
from lab.metrics.aids import Aids
from lab.metrics.judge import Judge, Likelihood
from lab.metrics.types import Metric, ScoreInput, Value

MAX_CODE_POINTS = 20_000
"""A longer text is scored by this much of its beginning, so that a megabyte does not hang."""

_MAX_LOGITS = 2**26
"""Logits held at once (256 MB in fp32); rows per batch follow from it."""

Windows = list[tuple[list[int], int]]


def windows(ids: list[int], n_prompt: int, context: int) -> Windows:
    """Cut a sequence into windows in which each token after the prompt is scored once.

    Args:
        ids: token ids of prompt and text.
        n_prompt: how many of them are the prompt's, at least 1.
        context: most tokens that the model takes.

    Returns:
        Pairs of a window's ids and the place of the first token to score in it. Every scored token
        but those of the first window has at least half a context before it; of a prompt longer
        than that, the last half context is kept where prompt and text do not fit together.
    """
    start = max(0, n_prompt - context // 2) if len(ids) > context else 0
    scored, cut = n_prompt, []
    while scored < len(ids):
        end = min(len(ids), start + context)
        cut.append((ids[start:end], scored - start))
        scored, start = end, end - context // 2
    return cut


def _token_ids(given: ScoreInput, judge: Judge, text: str) -> tuple[list[int], int] | str:
    from lab.models.prompts import CHAT, chat_ids, prompt_ids, render

    tokenizer, template = judge.loaded.tokenizer, judge.loaded.template
    try:
        if template == CHAT:
            prompt = chat_ids(tokenizer, given.prompt)
        else:
            # Hardly a token has over 16 characters: what cannot fit is cut before it is tokenized.
            prompt = prompt_ids(
                tokenizer, render(template, given.prompt)[-16 * judge.loaded.context :]
            )
    except InputError as error:
        return str(error)
    ids = list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
    if not ids:
        return "the text is empty"
    unknown = tokenizer.unk_token_id
    if unknown is not None and unknown != tokenizer.eos_token_id and unknown in ids:
        return "the judge's tokenizer cannot spell the text"
    return prompt + ids, len(prompt)


def _nats(judge: Judge, rows: Windows) -> list[float]:
    """Negative log-likelihood of each window's scored tokens, in nats, rows padded on the right."""
    import torch

    longest = max(len(ids) for ids, _ in rows)
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    attention = torch.zeros(len(rows), longest, dtype=torch.long)
    targets = torch.full((len(rows), longest), -100)
    for row, (ids, first) in enumerate(rows):
        tokens[row, : len(ids)] = torch.tensor(ids)
        attention[row, : len(ids)] = 1
        targets[row, first : len(ids)] = tokens[row, first : len(ids)]
    device = judge.loaded.device
    with torch.inference_mode():
        output = judge.loaded.model(
            input_ids=tokens.to(device), attention_mask=attention.to(device)
        )
        losses = torch.nn.functional.cross_entropy(
            output.logits[:, :-1].float().transpose(1, 2),
            targets[:, 1:].to(device),
            reduction="none",
        )
    return [float(nats) for nats in losses.sum(dim=1, dtype=torch.float64)]


def _batched_nats(judge: Judge, rows: Windows) -> list[float]:
    n_words = len(judge.loaded.tokenizer)
    order = sorted(range(len(rows)), key=lambda row: -len(rows[row][0]))
    found = [0.0] * len(rows)
    while order:
        size = max(1, _MAX_LOGITS // (len(rows[order[0]][0]) * n_words))
        batch, order = order[:size], order[size:]
        for row, nats in zip(batch, _nats(judge, [rows[i] for i in batch]), strict=True):
            found[row] = nats
    return found


def likelihoods(inputs: list[ScoreInput], judge: Judge) -> list[Likelihood | str]:
    """Compute how likely each text is under a judge, given its prompt in the judge's template.

    Args:
        inputs: the texts with their prompts.
        judge: the judge, which also remembers what it has scored.

    Returns:
        A likelihood or a reason for none per text, in order.
    """
    missing = {
        given.generation.id: given for given in inputs if given.generation.id not in judge.memory
    }
    rows: Windows = []
    pending: list[tuple[str, int, int, int]] = []
    for key, given in missing.items():
        text = given.generation.text[:MAX_CODE_POINTS].encode("utf-8", "replace")
        encoded = _token_ids(given, judge, text.decode("utf-8"))
        if isinstance(encoded, str):
            judge.memory[key] = encoded
            continue
        ids, n_prompt = encoded
        cut = windows(ids, n_prompt, judge.loaded.context)
        pending.append((key, len(cut), len(ids) - n_prompt, len(text)))
        rows += cut
    nats = iter(_batched_nats(judge, rows))
    for key, n_windows, n_tokens, n_bytes in pending:
        total = sum(next(nats) for _ in range(n_windows))
        judge.memory[key] = Likelihood(nats=total, n_tokens=n_tokens, n_bytes=n_bytes)
    return [judge.memory[given.generation.id] for given in inputs]


def _values(
    inputs: list[ScoreInput], judge: Judge | None, formula: Callable[[Likelihood], float]
) -> list[Value]:
    if judge is None:
        return [Value(None, "no judge was given") for _ in inputs]
    found: list[Value] = []
    for one in likelihoods(inputs, judge):
        if isinstance(one, str):
            found.append(Value(None, one))
        elif not math.isfinite(one.nats) or one.nats / one.n_tokens > 700:
            found.append(Value(None, "the judge's likelihood is not a finite number"))
        else:
            found.append(Value(formula(one)))
    return found


def compute_perplexity(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Perplexity: e to the mean negative log-likelihood per token of the text under the judge.

    Range 1 to infinity, lower is more expected. 1: the judge was sure of every token. The prompt,
    in the judge's template, is read but not scored, and the end token is left out. Compares only
    under one judge: tokens differ between tokenizers. The first 20,000 characters are scored, in
    windows of the judge's context that overlap by half. No value without a judge, for an empty
    text, where the judge's template asks for a source that the prompt has not or refuses the turns
    of a chat, or where the tokenizer cannot spell the text. A low value is no proof of quality:
    loops are very expected.
    Jelinek et al. 1977, Perplexity: a measure of the difficulty of speech recognition tasks.
    """
    return _values(inputs, aids.judge, lambda one: math.exp(one.nats / one.n_tokens))


def compute_bits_per_byte(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Bits per byte: negative log2-likelihood of the text per byte of its UTF-8.

    Range 0 to infinity, lower is more expected. 0: the judge was sure of every token; 8: it knew
    no more than that there are 256 bytes. Compares across tokenizers, unlike perplexity, and has
    no value in the same cases. Gao et al. 2020, The Pile, section 3.1.
    """
    return _values(inputs, aids.judge, lambda one: one.nats / math.log(2) / one.n_bytes)


PERPLEXITY = Metric(
    name="perplexity",
    definition="text-tokens-given-prompt-1",
    library="transformers",
    better="lower",
    range=(1.0, math.inf),
    needs=frozenset({"judge"}),
    compute=compute_perplexity,
)
BITS_PER_BYTE = Metric(
    name="bits_per_byte",
    definition="text-bytes-given-prompt-1",
    library="transformers",
    better="lower",
    range=(0.0, math.inf),
    needs=frozenset({"judge"}),
    compute=compute_bits_per_byte,
)
