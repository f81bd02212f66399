"""Turns a planned study into what its lead had better know before it starts, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from lab.records import Account, Control, ControlKind, Generation, Item, Role
from lab.study.blindness import holds_word, unblind_words
from lab.study.protocol import Protocol


def caveats(
    protocol: Protocol,
    items: Sequence[Item],
    controls: Sequence[Control],
    accounts: Sequence[Account],
) -> list[str]:
    """Say what is doubtful about a plan and the people at hand.

    Args:
        protocol: the plan.
        items: its items.
        controls: its controls.
        accounts: those of reviewers and leads who can sign in.

    Returns:
        One sentence each, the gravest first; empty where nothing is.
    """
    kinds = {control.item_id: control.kind for control in controls}
    return [
        *(f"blindness: {sentence}" for sentence in unblind_words(protocol)),
        *_about_people(protocol, accounts),
        *_about_controls(protocol, controls),
        *_about_plan(protocol, items, kinds),
    ]


def about_coverage(left_out: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which checkpoints lack texts.

    Args:
        left_out: prompt id → names of the checkpoints without a text for it.
    """
    if not left_out:
        return []
    lacking = Counter(name for names in left_out.values() for name in names)
    listed = ", ".join(f"{name} lacks {n}" for name, n in lacking.most_common())
    return [
        f"{len(left_out)} prompts are left out, since not every checkpoint has a text "
        f"for them ({listed})"
    ]


def about_texts(
    protocol: Protocol,
    items: Sequence[Item],
    texts: Mapping[str, Generation],
    checked: Collection[str],
) -> list[str]:
    """Say what is doubtful about the texts of a study.

    Args:
        protocol: the plan.
        items: its items.
        texts: generation id → text, for the texts of the items.
        checked: ids of the generations that the source check has looked at.
    """
    found = []
    telling = [
        text for text in texts.values()
        if any(holds_word(text.text, name) for name in protocol.checkpoints)
    ]  # fmt: skip
    if telling:
        found.append(
            f"{len(telling)} of {len(texts)} texts hold the name of a checkpoint, and reviewers "
            "read them; see whether they give themselves away"
        )
    arm = [item for item in items if item.suggests]
    unchecked = sum(item.generation_a_id not in checked for item in arm)
    if unchecked:
        found.append(
            f"{unchecked} of {len(arm)} texts in the arm with suggestions have not been checked; "
            "run `lab check` before the start, or nothing is suggested for them"
        )
    return found


def _about_people(protocol: Protocol, accounts: Sequence[Account]) -> list[str]:
    n_reviewers = sum(account.role is Role.REVIEWER for account in accounts)
    k = protocol.reviewers_per_item
    found = []
    if n_reviewers < k:
        found.append(
            f"each item needs {k} different reviewers, and {n_reviewers} can sign in; add "
            "reviewers with `lab account add`"
        )
    if k == 1:
        found.append(
            "one reviewer per item: nobody can tell how far reviewers agree; two or more can"
        )
    known = {account.name for account in accounts}
    if protocol.adjudicator is not None and protocol.adjudicator.casefold() not in known:
        found.append(
            f"the adjudicator {protocol.adjudicator!r} cannot sign in as a reviewer or lead; add "
            "the account with `lab account add`"
        )
    return found


def _about_controls(protocol: Protocol, controls: Sequence[Control]) -> list[str]:
    hidden = [control for control in controls if control.kind is not ControlKind.TRAINING]
    counts = Counter(control.kind for control in hidden)
    right = sum(control.expected is not None for control in hidden)
    found = []
    if not protocol.repeats:
        found.append(
            "no repeats: nobody can tell whether reviewers agree with themselves; set repeats"
        )
    if len(hidden) == counts[ControlKind.REPEAT]:
        found.append(
            "no hidden controls: careless reviewers cannot be told from careful ones; set "
            "degraded, aa_pairs or gold"
        )
    if protocol.exclude_below_gold is not None and not right:
        found.append(
            f"exclude_below_gold is {protocol.exclude_below_gold}, but no control has a right "
            "answer, so nobody falls below it"
        )
    for field, kind in (
        ("degraded", ControlKind.DEGRADED),
        ("aa_pairs", ControlKind.AA),
        ("repeats", ControlKind.REPEAT),
    ):
        if getattr(protocol, field) and not counts[kind]:
            found.append(f"{field} is {getattr(protocol, field)}, which of so few makes none")
    return found


def _about_plan(
    protocol: Protocol, items: Sequence[Item], kinds: Mapping[str, ControlKind]
) -> list[str]:
    found = []
    if not protocol.stopping_rule:
        found.append("no stopping rule is written down; say in stopping_rule when the study ends")
    excludes = protocol.exclude_below_gold is not None or protocol.exclude_faster_than is not None
    if not protocol.exclusion_rule and not excludes:
        found.append(
            "no exclusion rule is written down; say in exclusion_rule whose answers are left out"
        )
    n_places = protocol.reviewers_per_item * sum(
        kinds.get(item.id) is not ControlKind.TRAINING for item in items
    )
    if protocol.max_answers is not None and protocol.max_answers < n_places:
        found.append(
            f"max_answers is {protocol.max_answers}, and the items have {n_places} places: not "
            "every item will get all its answers"
        )
    return found
