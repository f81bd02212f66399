"""Turns verdicts and Bradley–Terry fits into what they mean, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import special

from lab.analysis.preferences.bradley_terry import BradleyTerry, Effect
from lab.analysis.preferences.leaderboard import Place
from lab.analysis.preferences.position import Audit
from lab.analysis.verdict.watching import Watched

FEWEST_REVIEWERS = 8
"""The fewest reviewers with whom `benchmarks/calibration.py` has tried what intervals promise."""


def meaning(watched: Watched) -> str:
    """Say what follows from a verdict for who has to act on it."""
    now = watched.now
    if now is None:
        return "Nobody has compared the two on this criterion, so there is nothing to conclude."
    if now.interval is None:
        return "All of it is one person's taste: a second reviewer is needed, more votes are not."
    promise = (
        f"You may stop: who looks after every vote and stops at the first verdict is wrong in at "
        f"most {_percent(1 - watched.level)} of studies."
    )
    low, high = now.interval.low, now.interval.high
    if watched.kind == "no difference":
        reach = f"{watched.smallest * 100:.3g} points"
        return f"If one is better, then by less than {reach}: choose by speed or cost. {promise}"
    if watched.kind == "better":
        value = now.value
        if watched.better != watched.checkpoint:
            value, low, high = 1 - value, 1 - high, 1 - low
        return (
            f"Of 100 comparisons such reviewers would give {watched.better} about "
            f"{value * 100:.0f} points, a tie being half a point; the votes fit anything from "
            f"{low * 100:.0f} to {high * 100:.0f}. {promise}"
        )
    return (
        f"The votes fit {watched.checkpoint} getting {low * 100:.0f} of 100 points as well as "
        f"{high * 100:.0f}, so neither may be called better yet. Looking again at any time, after "
        "any number of votes, does no harm."
    )


def cautions(watched: Watched, n_checkpoints: int) -> tuple[str, ...]:
    """Say what a reader must know before believing a verdict.

    Args:
        watched: the verdict.
        n_checkpoints: checkpoints among which the pair could be chosen.
    """
    said = list(watched.procedure.cautions) if watched.procedure else []
    if watched.now and 2 <= watched.now.n_reviewers < FEWEST_REVIEWERS:
        said.append(
            f"Only {watched.now.n_reviewers} reviewers: what the interval promises was tried with "
            f"{FEWEST_REVIEWERS} and more, and few people speak for few others."
        )
    if n_checkpoints > 2 and watched.now:
        said.append(
            f"The promise is about one pair, named before looking; {n_checkpoints} checkpoints "
            f"make {math.comb(n_checkpoints, 2)}. Who is best of all, the leaderboard tells."
        )
    return tuple(said)


def about_procedure(audit: Audit, checkpoint: str) -> tuple[str, ...]:
    """Say how far sides and plain noise could pass for a difference between two checkpoints.

    Args:
        audit: what was looked at.
        checkpoint: the one of the two whose share of points is asked for.
    """
    return _about_left(audit), _about_balance(audit, checkpoint), _about_equals(audit)


def about_leaders(model: BradleyTerry) -> str:
    """Say who leads, or who cannot be told apart at the top; empty without a leaderboard."""
    places = [place for place in model.places if place.comparable_set == 0]
    if len(places) < 2:
        return ""
    top = [place for place in places if place.best_rank == 1]
    others = [place for place in places if place.best_rank > 1]
    if len(top) == 1:
        return f"In a single look {top[0].checkpoint} is better than {_rest(top[0], model)}."
    if not others:
        return f"In a single look {_listed(top)} cannot be told apart."
    behind = "is" if len(others) == 1 else "are"
    return (
        f"In a single look {_listed(top)} share the top: none is found to be behind another. "
        f"{_listed(others)} {behind} behind at least one."
    )


def about_side(model: BradleyTerry) -> str:
    """Say how much the place on the screen matters."""
    side = model.side
    if side.value is None:
        return f"How much the side matters is unknown: {side.reason}."
    share = _percent(float(special.expit(side.value)))
    said = f"Between two equal texts the left one would win {share} of decided votes"
    if side.interval is None:
        return f"{said}; how sure that is cannot be said: {side.reason}."
    low, high = (float(special.expit(end)) for end in (side.interval.low, side.interval.high))
    said = f"{said} [{low * 100:.0f}, {high * 100:.0f}]"
    if low <= 0.5 <= high:
        return f"{said}: no leaning can be seen."
    lean = "left" if low > 0.5 else "right"
    return f"{said}: reviewers lean to the {lean}. The strengths are freed of it."


def about_ties(model: BradleyTerry) -> str:
    """Say how many ties there are and how many equals would get."""
    if not model.n_votes:
        return "There are no votes that count yet."
    said = (
        f"{_percent(model.n_ties / model.n_votes)} of the votes that count are ties "
        f"({model.n_ties:,} of {model.n_votes:,})"
    )
    expected = tie_share_of_equals(model.tie)
    if expected is None:
        return f"{said}."
    return f"{said}; between two equal checkpoints it would be {_percent(expected)}."


def tie_share_of_equals(tie: Effect) -> float | None:
    """Return the share of ties that the model expects between equals: ν / (2 + ν)."""
    if tie.value is None:
        return None
    nu = math.exp(tie.value)
    return nu / (2 + nu)


def about_both_bad(model: BradleyTerry) -> str:
    """Say how often both texts were bad, and about whose texts it was said most."""
    if not model.n_both_bad:
        return "Nobody has voted “both bad”."
    share = model.n_both_bad / (model.n_both_bad + model.n_votes)
    said = (
        f"{model.n_both_bad:,} votes ({_percent(share)}) say that both texts are bad. They are no "
        "ties, tell nothing about who is better, and are left out of everything above"
    )
    known = [place for place in model.places if place.n_both_bad]
    if not known:
        return f"{said}."
    most = max(known, key=_bad_share)
    share_of_most = _percent(_bad_share(most))
    return f"{said}; most often of pairs with {most.checkpoint} ({share_of_most} of its votes)."


def _about_left(audit: Audit) -> str:
    if audit.left_share is None:
        return "No vote was for one of the two, so a leaning to one side cannot be seen."
    said = f"{_percent(audit.left_share)} of the decided votes went to the text on the left"
    around = audit.left_interval
    if around is None:
        return f"{said}; how sure that is cannot be said with one reviewer."
    said = f"{said} [{around.low * 100:.0f}, {around.high * 100:.0f}]"
    return f"{said}: {'a leaning' if audit.leans else 'no leaning can be seen'}."


def _about_balance(audit: Audit, checkpoint: str) -> str:
    said = f"{checkpoint} stood on the left in {_percent(audit.shown_left)} of the votes"
    if abs(audit.shift) < 0.005:
        return f"{said}, so that a leaning moves its share by less than half a point."
    moved = "raised" if audit.shift > 0 else "lowered"
    return f"{said}; sides alone may have {moved} its share by {abs(audit.shift) * 100:.1f} points."


def _about_equals(audit: Audit) -> str:
    said = f"{_percent(audit.tie_share)} of the votes that count are ties"
    if audit.tie_share_of_equals is None:
        return f"{said}; there are no pairs of equals (A/A) to compare that with."
    return (
        f"{said}, against {_percent(audit.tie_share_of_equals)} of {audit.n_equals:,} votes on "
        "pairs of equals (A/A): the nearer the two, the less there is to tell apart."
    )


def _bad_share(place: Place) -> float:
    return place.n_both_bad / (place.n_both_bad + place.n_votes)


def _rest(best: Place, model: BradleyTerry) -> str:
    behind = len(model.places) - best.worst_rank
    if not best.tied_with:
        return "every other checkpoint" if behind > 1 else _other(best, model)
    return f"{behind} of the others; with {_names(best.tied_with)} it is not decided"


def _other(best: Place, model: BradleyTerry) -> str:
    return next(place.checkpoint for place in model.places if place is not best)


def _listed(places: Sequence[Place]) -> str:
    return _names([place.checkpoint for place in places])


def _names(names: Sequence[str]) -> str:
    if len(names) > 6:
        return f"{', '.join(names[:5])} and {len(names) - 5} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
