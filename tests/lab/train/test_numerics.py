"""Loss, attention and optimisers against transformers' own."""

import dataclasses
import math
import re

import pytest
import torch

from lab.models.build import build
from lab.models.gpt import build_gpt
from lab.models.recurrent import build_recurrent
from lab.models.sizes import Sizes
from lab.models.tokenizer import train_tokenizer
from lab.train.arrays import Row
from lab.train.attention import use_plain_attention
from lab.train.batches import IGNORED, make_batch, sorted_batches
from lab.train.loss import mean_loss, summed_loss
from lab.train.optimizers import REST_FACTOR, make_optimizers, set_rate

CPU = torch.device("cpu")
ROWS = [Row((1, 9, 30, 7, 12, 2), 3), Row((1, 44, 2), 1), Row((1, 8, 8, 50, 2), 2)]


def make_gpt(context: int = 64) -> torch.nn.Module:
    torch.manual_seed(0)
    tokenizer = train_tokenizer(["the cat"], 270, context)
    return build_gpt(tokenizer, layers=2, width=32, heads=2, context=context)


def test_the_loss_is_that_of_transformers() -> None:
    model, batch = make_gpt(), make_batch(ROWS, pad=0)
    labels = torch.full((3, 6), -100)
    full = torch.zeros((3, 6), dtype=torch.long)
    for place, row in enumerate(ROWS):
        full[place, : len(row.ids)] = torch.tensor(row.ids)
        labels[place, row.n_prompt : len(row.ids)] = torch.tensor(row.ids[row.n_prompt :])
    expected = model(input_ids=full, labels=labels).loss
    for own in (True, False):
        loss, n_targets = summed_loss(model, batch, CPU, own)
        torch.testing.assert_close(loss / n_targets, expected)


def test_the_mean_does_not_depend_on_the_batches() -> None:
    model = make_gpt()
    one = mean_loss(model, sorted_batches(ROWS, 1, 0), CPU, True, "fp32").loss
    all_at_once = mean_loss(model, sorted_batches(ROWS, 8, 0), CPU, True, "fp32").loss
    torch.testing.assert_close(one, all_at_once)
    assert mean_loss(model, [], CPU, True, "fp32").loss is None


def test_plain_attention_is_the_fused_one() -> None:
    model, ids = make_gpt(), torch.randint(3, 250, (2, 17))
    fused = model(ids).logits
    assert use_plain_attention(model, 64, "bf16")
    torch.testing.assert_close(model(ids).logits, fused, atol=1e-5, rtol=1e-4)


def test_plain_attention_is_left_where_the_fused_one_is_faster() -> None:
    assert not use_plain_attention(make_gpt(), 64, "fp32")
    assert not use_plain_attention(make_gpt(1024), 1024, "bf16")


def test_muon_takes_the_matrices_inside_and_nothing_else() -> None:
    model = make_gpt()
    muon, adamw = make_optimizers(model, 0.01, 0.1, muon=True)
    inside = {id(weight) for group in muon.param_groups for weight in group["params"]}
    rest = {id(weight) for group in adamw.param_groups for weight in group["params"]}
    for name, weight in model.named_parameters():
        assert (id(weight) in inside) == ("proj" in name), name
        assert (id(weight) in rest) != (id(weight) in inside), name


def test_adamw_alone_has_every_weight_and_decays_matrices_only() -> None:
    torch.manual_seed(0)
    model = build_recurrent(
        "lstm", train_tokenizer(["the cat"], 270, 64), layers=1, width=32, context=64
    )
    (adamw,) = make_optimizers(model, 0.01, 0.1, muon=False)
    decays = {
        id(weight): group["weight_decay"]
        for group in adamw.param_groups
        for weight in group["params"]
    }
    for name, weight in model.named_parameters():
        assert decays[id(weight)] == (0.1 if "lstm.weight" in name else 0.0), name


@pytest.mark.parametrize("muon", [False, True])
@pytest.mark.parametrize(
    ("kind", "decayed", "stacks"),
    [("gpt2", "c_(attn|proj|fc).weight", ""), ("mixtral", "proj|gate", "experts")],
)
def test_tables_and_stacks_of_matrices_are_told_apart(
    kind: str, decayed: str, stacks: str, muon: bool
) -> None:
    tokenizer = train_tokenizer(["the cat"], 270, 64)
    model = build(kind, tokenizer, Sizes(layers=1, width=32, heads=2), 64)
    optimizers = make_optimizers(model, 0.01, 0.1, muon)
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    of = {id(weight): group for group in groups for weight in group["params"]}
    for name, weight in model.named_parameters():
        group = of[id(weight)]
        assert bool(re.search(decayed, name)) == (group["weight_decay"] == 0.1), name
        if stacks and stacks in name:
            assert group["lr"] == 0.01
            assert "betas" in group, "Muon takes matrices only"
    assert sum(len(group["params"]) for group in groups) == len(of)


def test_rates_are_set_as_factors_of_the_peak() -> None:
    optimizers = make_optimizers(make_gpt(), 0.01, 0.1, muon=True)
    set_rate(optimizers, 0.5)
    set_rate(optimizers, 0.25)
    muon, adamw = (each.param_groups[0]["lr"] for each in optimizers)
    assert muon == 0.0025
    assert adamw == 0.0025 * REST_FACTOR


def test_smoothing_spreads_a_share_of_each_target_evenly() -> None:
    model, batch = make_gpt(), make_batch(ROWS, pad=0)
    smooth, n_targets = summed_loss(model, batch, CPU, True, smoothing=0.2)
    logits = model(batch.ids).logits[batch.targets != IGNORED].log_softmax(-1)
    hard, _ = summed_loss(model, batch, CPU, True)
    torch.testing.assert_close(smooth, 0.8 * hard - 0.2 * logits.mean(-1).sum())
    assert n_targets == len(logits)


def test_bits_per_byte_are_those_of_the_text() -> None:
    model = make_gpt()
    rows = [dataclasses.replace(row, n_bytes=4) for row in ROWS]
    measured = mean_loss(model, sorted_batches(rows, 2, 0), CPU, True, "fp32")
    assert measured.n_bytes == 12
    assert measured.bits_per_byte == pytest.approx(measured.nats / math.log(2) / 12)
    assert measured.loss == pytest.approx(measured.nats / measured.n_targets)
    assert mean_loss(model, [], CPU, True, "fp32").bits_per_byte is None
