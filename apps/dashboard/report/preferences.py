"""Turns the votes into the report's part on who is better."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from apps.dashboard import control_items, verdict_charts, words
from apps.dashboard.colours import by_checkpoint
from apps.dashboard.report.gathered import Material
from apps.dashboard.report.markup import figure, paragraph, points, subsection, table
from apps.dashboard.report.tables import MOST_PAIRS
from apps.dashboard.results import verdict as verdicts
from lab.analysis.intervals import Interval
from lab.analysis.preferences import choosing
from lab.analysis.preferences.bradley_terry import BradleyTerry, bradley_terry
from lab.analysis.verdict import explaining
from lab.analysis.verdict.watching import Watched, looks, watch

SMALLEST = 0.05
"""Difference from one half that matters, as the page Verdict has it at first."""
MOST_WITH_NAIVE = 30
"""Checkpoints up to which naive intervals are drawn too, so that the chart fits a page."""


def criteria(material: Material) -> tuple[str, ...]:
    """Return the criteria that were voted on, or the chosen one of them."""
    voted = choosing.voted_criteria(material.votes)
    wanted = material.filters.criterion
    return (wanted,) if wanted in voted else voted


def verdicts_of(material: Material) -> list[Watched]:
    """Return the verdict on the pair with the most votes, on each criterion."""
    found = []
    for criterion in criteria(material):
        pair = choosing.most_compared(material.votes, criterion, material.checkpoints)
        if pair is not None:
            noise = choosing.noise_floor(material.controls, criterion)
            found.append(watch(material.votes, *pair, criterion, smallest=SMALLEST, noise=noise))
    return found


def part(material: Material, found: list[Watched]) -> str:
    """Write the part: for each criterion the watched verdict and the leaderboard."""
    return "".join(_criterion(material, one) for one in found)


def _criterion(material: Material, found: Watched) -> str:
    n_compared = len(choosing.compared(material.votes, found.criterion, material.checkpoints))
    model = bradley_terry(material.votes, found.criterion)
    noise = choosing.noise_floor(material.controls, found.criterion)
    return "".join(
        [
            subsection(
                f"Judged on {found.criterion}: {found.checkpoint} against {found.opponent}",
                paragraph(found.sentence, "finding"),
                paragraph(explaining.meaning(found)),
                points(explaining.cautions(found, n_compared), "cautions"),
                _ribbon(material, found),
            ),
            subsection(
                f"Leaderboard: {found.criterion}",
                paragraph(explaining.about_leaders(model)),
                points(model.remarks, "cautions"),
                _board(material, model),
            ),
            subsection(
                f"Sides, ties and “both bad”: {found.criterion}",
                *_procedure(found),
                paragraph(explaining.about_side(model)),
                paragraph(explaining.about_ties(model)),
                paragraph(explaining.about_both_bad(model)),
                paragraph(
                    control_items.noise(noise)
                    if noise
                    else "No A/A pairs were voted on, so ties cannot be compared with those of "
                    "equals."
                ),
            ),
        ]
    )


def _procedure(found: Watched) -> list[str]:
    if found.procedure is None:
        return []
    said = explaining.about_procedure(found.procedure, found.checkpoint)
    return [paragraph(f"{found.checkpoint} against {found.opponent}:"), points(said)]


def _ribbon(material: Material, found: Watched) -> str:
    past = looks(material.votes, found.checkpoint, found.opponent, found.criterion)
    if not past:
        return ""
    shade = by_checkpoint(material.checkpoints)[found.checkpoint]
    drawing = verdict_charts.ribbon(verdicts.ribbon(past), found.smallest, shade)
    return figure(
        drawing,
        f"Share of points of {found.checkpoint} and its 95 % confidence sequence, which may be "
        "looked at after every vote; the grey band is too small a difference to matter.",
    )


def _board(material: Material, model: BradleyTerry) -> str:
    if not model.places:
        return paragraph(
            "There is none yet: it needs checkpoints of which each has won, and lost or tied, "
            "against another."
        )
    shades = by_checkpoint(material.checkpoints)
    pairs = verdicts.contrasts(model)
    shown = _pairs(pairs.head(MOST_PAIRS))
    more = len(pairs) - len(shown)
    naive = len(model.places) <= MOST_WITH_NAIVE
    beside = "dotted below, what naive intervals would be. " if naive else ""
    return "".join(
        [
            figure(
                verdict_charts.forest(verdicts.forest(model.places), shades, naive=naive),
                f"Strengths with 95 % intervals clustered by reviewer and by prompt; {beside}At "
                "the right: the places that each may hold.",
            ),
            table(
                _without_empty(_leaders(model)),
                f"Leaderboard on {model.criterion}; strengths are log odds",
            ),
            table(
                _without_empty(shown), f"Pairs on {model.criterion}, the surest difference first"
            ),
            paragraph(f"And {words.count(more, 'pair')} more." if more else "", "note"),
        ]
    )


def _leaders(model: BradleyTerry) -> pd.DataFrame:
    found = verdicts.leaderboard(model)
    return pd.DataFrame(
        {
            **{name: found[name] for name in ("place", "checkpoint", "group", "strength")},
            "95 % interval": _ranges(found, "", words.number_range),
            "naive interval": _ranges(found, "naive ", words.number_range),
            "tied with": [_shortened(place.tied_with) for place in model.places],
            **{name: found[name] for name in ("best in", "votes", "both bad", "note")},
        }
    )


def _pairs(found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "checkpoint": found["checkpoint"],
            "opponent": found["opponent"],
            "wins": [words.percent(share) for share in found["wins"]],
            "95 % interval": _ranges(found, "", words.percent_range),
            "naive interval": _ranges(found, "naive ", words.percent_range),
            "Holm p": found["Holm p"],
            "told apart": found["told apart"],
            "note": found["note"],
        }
    )


def _ranges(
    found: pd.DataFrame, prefix: str, written: Callable[[Interval | None], str]
) -> list[str]:
    """Put intervals into one column, so that the table is not too wide for paper."""
    ends = zip(found[f"{prefix}low"], found[f"{prefix}high"], strict=True)
    return [written(None if low != low else Interval(low, high, 0.95)) for low, high in ends]


def _shortened(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} others"


def _without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    empty = [name for name in ("note", "group") if name in frame and frame[name].nunique() <= 1]
    if "both bad" in frame and not frame["both bad"].any():
        empty.append("both bad")
    return frame.drop(columns=empty)
