"""Turns a verdict's numbers into one plain sentence."""

from __future__ import annotations

from lab.analysis.intervals import Interval
from lab.analysis.verdict.forecast import Forecast
from lab.analysis.verdict.sequence import Look


def sentence(
    kind: str,
    better: str | None,
    names: tuple[str, str],
    now: Look | None,
    needed: Forecast | None,
    smallest: float,
) -> str:
    """Say who is better, or what is needed to say so.

    Args:
        kind: "better", "no difference" or "not yet".
        better: name of the better one, if any.
        names: the checkpoint that the share is of, and its opponent.
        now: the numbers; None without votes.
        needed: what is probably still needed, if known.
        smallest: smallest difference from one half that matters, as a share.
    """
    if now is None:
        return f"Not yet: there are no votes between {names[0]} and {names[1]}."
    if now.interval is None:
        return "Not yet: one reviewer so far; a verdict needs at least two."
    within = f"{_points(smallest)} points"
    if kind == "better":
        other = names[1] if better == names[0] else names[0]
        value, interval = now.value, now.interval
        if better != names[0]:
            value, interval = 1 - value, Interval(1 - interval.high, 1 - interval.low, 0.0)
        by_less = f", but by less than {within}" if interval.high <= 0.5 + smallest else ""
        return f"{better} is better than {other}{by_less}: {shown(value, interval)}, safe to stop."
    what = f"{names[0]} against {names[1]} {shown(now.value, now.interval)}"
    if kind == "no difference":
        return f"No difference larger than {within}: {what}, safe to stop."
    return f"Not yet: {what}; {_needed(now, needed)}."


def shown(value: float, interval: Interval) -> str:
    """Write a share and its interval in percent, with a decimal where rounding would hide 50."""
    low, high = interval.low, interval.high
    hidden = any(end != 0.5 and round(end * 100) == 50 for end in (low, high))
    digits = 1 if hidden else 0
    return f"{value * 100:.{digits}f} % [{low * 100:.{digits}f}, {high * 100:.{digits}f}]"


def _needed(now: Look, needed: Forecast | None) -> str:
    if needed is None or needed.n_votes is None:
        return "no number of votes that could be asked for would probably settle it"
    more = f"about {needed.n_votes:,} more votes are probably needed"
    if needed.by_same_reviewers:
        return more
    return f"{more}, from new reviewers too: the present {now.n_reviewers} alone cannot settle it"


def _points(share: float) -> str:
    return f"{share * 100:.3g}"
