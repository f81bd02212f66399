"""Prints what a study will cost, what it can detect, and what is doubtful about it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lab.commands.console import say, table
from lab.errors import LabError

if TYPE_CHECKING:
    from lab.records import Control, Generation, Item
    from lab.study.cost import Cost
    from lab.study.material import Material
    from lab.study.planning import Kind
    from lab.study.power import Detectable, Spread
    from lab.study.protocol import Protocol
    from storage.client import Store

_ASSUMED = "assumed standard deviations"
KINDS = {"rate": "texts to rate", "spans": "texts to mark", "ab": "pairs to compare"}
CONTROLS = {
    "": "the study itself",
    "training": "training",
    "gold": "gold",
    "degraded": "made worse",
    "aa": "A/A",
    "repeat": "repeats",
}


def find_material(store: Store, protocol: Protocol) -> Material:
    """Read from the store what a study can be made of.

    Raises:
        UnknownNameError: the data set or a checkpoint does not exist.
        ConfigError: no prompt fits, or none has a text from every checkpoint.
    """
    from lab.records import Split
    from lab.study.material import gather
    from storage import checkpoints, datasets, generations, prompts

    dataset = datasets.named(store, protocol.dataset)
    split = Split(protocol.split)
    return gather(
        protocol,
        prompts.read(store, dataset.id, split),
        generations.read(store, dataset_id=dataset.id, split=split),
        checkpoints.every(store),
    )


def text_caveats(
    store: Store,
    protocol: Protocol,
    items: Sequence[Item],
    left_out: Mapping[str, Sequence[str]],
    made: Sequence[Generation] = (),
) -> list[str]:
    """Say what is doubtful about the texts of a study.

    Args:
        store: the lab's records.
        protocol: the plan.
        items: its items.
        left_out: prompts that not every checkpoint has a text for; see `Coverage`.
        made: texts of the items that are not stored.
    """
    from lab.study.caveats import about_coverage, about_texts
    from storage import checks, generations

    ids = {item.generation_a_id for item in items} | {item.generation_b_id for item in items}
    shown = [id for id in ids if id is not None]
    texts = {text.id: text for text in made if text.id in ids}
    texts |= generations.by_ids(store, shown)
    results, _ = checks.outcomes(store, "source") if protocol.suggestions else ([], [])
    checked = {result.generation_id for result in results}
    return [*about_coverage(left_out), *about_texts(protocol, items, texts, checked)]


def check_plan(store: Store, protocol: Protocol, arguments: argparse.Namespace) -> None:
    """Print all about a study that is not made yet.

    Raises:
        LabError: it could not be made.
    """
    from lab.records import new_id
    from lab.study.design import design
    from lab.study.protocol import sha256

    material = find_material(store, protocol)
    made = design(protocol, new_id(), material)
    say(f"study {protocol.name!r}, protocol {sha256(protocol)[:12]}: not made yet, and not now")
    left_out = material.coverage.left_out
    doubts = text_caveats(store, protocol, made.items, left_out, made.generations)
    _print_all(store, protocol, made.items, made.controls, doubts, arguments)


def check_stored(store: Store, name: str, arguments: argparse.Namespace) -> None:
    """Print all about a study that is stored.

    Raises:
        UnknownNameError: there is none of that name.
    """
    from lab.study.protocol import from_stored
    from storage import studies

    study = studies.named(store, name, arguments.version)
    protocol = from_stored(study.protocol)
    present = studies.status(store, study.id)
    say(f"study {studies.label(study)!r}, protocol {study.protocol_sha256[:12]}: {present}")
    items, controls = studies.items(store, study.id), studies.controls(store, study.id)
    doubts = text_caveats(store, protocol, items, _left_out(store, protocol))
    _print_all(store, protocol, items, controls, doubts, arguments)


def _left_out(store: Store, protocol: Protocol) -> Mapping[str, Sequence[str]]:
    """Find the prompts that lack a text still; none where the plan could not be made again."""
    with suppress(LabError):
        return find_material(store, protocol).coverage.left_out
    return {}


def _print_all(
    store: Store,
    protocol: Protocol,
    items: Sequence[Item],
    controls: Sequence[Control],
    doubts: Sequence[str],
    arguments: argparse.Namespace,
) -> None:
    from lab.records import Role
    from lab.study.caveats import caveats
    from lab.study.cost import plan_cost
    from storage import studies

    accounts = studies.possible_reviewers(store)
    n_accounts = sum(account.role is Role.REVIEWER for account in accounts)
    n_reviewers = _n_reviewers(protocol, n_accounts, arguments.reviewers)
    cost = plan_cost(protocol, items, controls, n_reviewers)
    print_items(cost)
    _print_cost(cost)
    _print_detectable(store, protocol, cost, items, controls, arguments)
    found = [*caveats(protocol, items, controls, accounts), *doubts]
    say("\nwarnings" if found else "\nno warnings")
    for doubt in found:
        say(f"- {doubt}")


def _n_reviewers(protocol: Protocol, n_accounts: int, wanted: int | None) -> int:
    from lab.errors import ConfigError

    k = protocol.reviewers_per_item
    if wanted is not None and wanted < k:
        raise ConfigError(f"--reviewers is {wanted}, but each item needs {k} different reviewers")
    return wanted or max(n_accounts, k)


def print_items(cost: Cost) -> None:
    """Print the number of items by kind and control."""
    from lab.records import ControlKind

    present = [control for control in CONTROLS if any(c == control for _, c in cost.n_items)]
    rows: list[list[object]] = [
        [KINDS[kind], *(cost.n_items.get((kind, control), 0) for control in present)]
        for kind in KINDS
        if any(k == kind for k, _ in cost.n_items)
    ]
    for row in rows:
        row.append(sum(n for n in row[1:] if isinstance(n, int)))
    table(["items", *(CONTROLS[control] for control in present), "all"], rows)
    if any(control == ControlKind.TRAINING for _, control in cost.n_items):
        say(
            f"every reviewer gets the training items, {cost.reviewers_per_item} different ones "
            "each other item"
        )


def _print_cost(cost: Cost) -> None:
    say(
        f"{cost.n_answers:,} answers at {cost.seconds_per_item:g} s: "
        f"{cost.seconds / 3600:.1f} hours of reviewing, "
        f"{cost.seconds_each / 3600:.1f} hours for each of {cost.n_reviewers} reviewers"
    )


def _print_detectable(
    store: Store,
    protocol: Protocol,
    cost: Cost,
    items: Sequence[Item],
    controls: Sequence[Control],
    arguments: argparse.Namespace,
) -> None:
    marked = {control.item_id for control in controls}
    n_prompts = len({item.prompt_id for item in items if item.id not in marked})
    n_judged = math.floor(n_prompts * cost.share)
    if not {"rate", "ab"} & set(protocol.kinds):
        say(
            "\nno power is given: this study only marks spans, and what marks tell depends on how "
            "many there are; a figure takes ratings or pairs"
        )
        return
    if n_judged < 1:
        say("\nno power is given: the answers reach for no whole prompt beside the controls")
        return
    say(
        f"\nfound with 80 % power at 5 %, two-sided, on {n_judged} prompts with "
        f"{cost.reviewers_per_item} reviewers per item, {cost.n_reviewers} in all:"
    )
    if "rate" in protocol.kinds and len(protocol.systems) > 1:
        spreads = _rating_spreads(store, protocol, arguments)
        found = _widest(_detectable("rate", one, n_judged, cost) for one in spreads)
        _say_difference(*found, max(len(each.anchors) for each in protocol.criteria) - 1)
    if "ab" in protocol.kinds:
        spreads = _vote_spreads(store, protocol, arguments)
        _say_win_rate(*_widest(_detectable("ab", one, n_judged, cost) for one in spreads))


def _rating_spreads(
    store: Store, protocol: Protocol, arguments: argparse.Namespace
) -> list[tuple[Spread, str]]:
    from lab.study.power import RATING_SPREAD

    if arguments.rating_spread is not None:
        return [(_spread(arguments.rating_spread, "--rating-spread"), _ASSUMED)]
    own = _own_spreads(store, "rate", [each.name for each in protocol.criteria])
    return own or [(RATING_SPREAD, _ASSUMED)]


def _vote_spreads(
    store: Store, protocol: Protocol, arguments: argparse.Namespace
) -> list[tuple[Spread, str]]:
    from lab.study.power import VOTE_SPREAD

    if arguments.vote_spread is not None:
        return [(_spread(arguments.vote_spread, "--vote-spread"), _ASSUMED)]
    return _own_spreads(store, "ab", protocol.compared_on) or [(VOTE_SPREAD, _ASSUMED)]


def _own_spreads(store: Store, kind: Kind, criteria: Sequence[str]) -> list[tuple[Spread, str]]:
    """Estimate how far answers differ from the lab's own, where enough reviewers gave them."""
    from apps.dashboard import words
    from apps.dashboard.assumed import assumed
    from apps.dashboard.assumed import criteria as answered
    from lab.commands.plan import answers_of

    frame = answers_of(store, kind)
    known, noun = answered(frame), "rating" if kind == "rate" else "vote"
    spreads = []
    for criterion in criteria:
        start = assumed(frame, kind, criterion) if criterion in known else None
        if start is None or start.found is None or not start.own_reviewers:
            continue
        origin = (
            f"standard deviations of this lab's own {words.count(start.found.n_answers, noun)} on "
            f"{criterion} by {words.count(start.found.n_reviewers, 'reviewer')}"
        )
        with suppress(ValueError):  # more ties than prompts that differ so far allow
            spreads.append((start.spread(kind), origin))
    return spreads


def _detectable(
    kind: Kind, spread: tuple[Spread, str], n_prompts: int, cost: Cost
) -> tuple[Detectable, str]:
    from lab.study.power import smallest_rating_difference, smallest_win_rate

    find = smallest_rating_difference if kind == "rate" else smallest_win_rate
    return find(n_prompts, cost.reviewers_per_item, cost.n_reviewers, spread[0]), spread[1]


def _widest(found: Iterable[tuple[Detectable, str]]) -> tuple[Detectable, str]:
    """Take the criterion on which least is found, so that the study suffices for all."""
    return max(found, key=lambda one: one[0].value or 0.0)


def _spread(given: list[float], flag: str) -> Spread:
    from lab.errors import ConfigError
    from lab.study.power import Spread

    if min(given) < 0 or given[2] == 0 or not all(map(math.isfinite, given)):
        raise ConfigError(
            f"{flag} is {given}; standard deviations are 0 or more, and the residual above 0"
        )
    return Spread(prompt=given[0], reviewer=given[1], residual=given[2])


def _say_difference(found: Detectable, origin: str, width: int) -> None:
    if found.value is None:
        say(f"  mean ratings: {found.reason}")
    elif found.value > width:
        say("  mean ratings: not even a difference as wide as the scale")
    else:
        more = f"{found.value:.2f} points or more {_assumed(found, origin)}"
        say(f"  mean ratings that differ by {more}")


def _say_win_rate(found: Detectable, origin: str) -> None:
    if found.value is None:
        say(f"  win rates: {found.reason}")
    else:
        high, low = 50 + 100 * found.value, 50 - 100 * found.value
        say(
            f"  win rates of {high:.0f} % or more, or {low:.0f} % or less {_assumed(found, origin)}"
        )


def _assumed(found: Detectable, origin: str) -> str:
    spread = found.spread
    return (
        f"({origin}: prompts {spread.prompt:g}, reviewers {spread.reviewer:g}, "
        f"residual {spread.residual:g})"
    )
