"""Progress: how far a study is, when it will be done, who works on it, and what is asked next."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, progress_charts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import progress
from apps.dashboard.results.progress import Shown
from lab.analysis.reviewers.pace import Outlook
from lab.records import StudyStatus

TITLE = "Progress"
NO_END = "no date yet"


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    shown = progress.study(filters)
    if shown is None:
        parts.heading(TITLE, "There is no study yet.")
        what = "Make a study and open it; each answer moves this page within seconds."
        parts.empty("No study yet", what, "lab study create --help")
        return
    frame = progress.items(filters, shown)
    if frame.empty:
        parts.heading(TITLE, f"No item of {shown.label} is left within these filters.")
        what = "Clear the filters, or choose another study."
        parts.empty("Nothing to show within these filters", what)
        return
    now = datetime.now(UTC)
    ahead = progress.forecast(filters, shown, now)
    parts.heading(TITLE, _finding(filters, shown, ahead))
    _which(filters, shown)
    given = progress.answers(filters, shown)
    parts.cards(_figures(filters, shown, given, ahead))
    if given.empty:
        _no_answers(shown)
    else:
        _burn_up(filters, shown, given, ahead, now)
    if frame["n_places"].notna().any():  # a protocol from elsewhere may not say
        _coverage(filters, shown, frame)
    if not given.empty:
        _times(filters, shown, given)
        _people(given)
    _pairs(shown, frame)


def _no_answers(shown: Shown) -> None:
    what = "Each answer appears here within seconds"
    if shown.status is StudyStatus.OPEN:
        parts.empty("No answers yet", f"{what}.", "lab review")
    elif shown.status is StudyStatus.CLOSED:
        parts.empty("No answers", "The study was closed before anybody answered.")
    else:
        command = f"lab study start {shlex.quote(shown.study.name)}"
        parts.empty("No answers yet", f"{what} once the study is started.", command)


def _which(filters: Filters, shown: Shown) -> None:
    if filters.study is None and len(data.all_studies()) > 1:
        parts.note(
            f"This is {shown.label}, the newest {shown.status.value} study; choose another one "
            "under Study in the sidebar."
        )


def _finding(filters: Filters, shown: Shown, ahead: Outlook) -> str:
    n_done, n_wanted = progress.totals(filters, shown)
    said = f"{shown.label} has {n_done:,} of {words.count(n_wanted, 'answer')}"
    if shown.status is not StudyStatus.OPEN:
        return f"{said} and is {_STATUS[shown.status]}."
    if not ahead.n_left:
        return f"{said}: it is complete."
    if ahead.earliest is None or ahead.latest is None:
        return f"{said}; there is no forecast: {ahead.reason}."
    return f"{said}; at the pace of late it is done {_between(ahead.earliest, ahead.latest)}."


_STATUS = {
    StudyStatus.DRAFT: "not open yet",
    StudyStatus.CLOSED: "closed",
    StudyStatus.OPEN: "open",
}


def _between(earliest: datetime, latest: datetime) -> str:
    style = "%H:%M UTC on %d %b" if (latest - earliest).days < 1 else "%d %b %Y"
    first, last = earliest.strftime(style), latest.strftime(style)
    return f"around {first}" if first == last else f"between {first} and {last}"


def _figures(
    filters: Filters, shown: Shown, given: pd.DataFrame, ahead: Outlook
) -> list[tuple[str, str, str]]:
    n_done, n_wanted = progress.totals(filters, shown)
    left = progress.hours_left(filters, shown)
    hours = float(left["hours"].sum())
    today = given[given["created_at"] >= pd.Timestamp.now("UTC").floor("D")]
    n_today = today["reviewer"].nunique()
    end = NO_END
    if shown.status is StudyStatus.OPEN and ahead.latest is not None and ahead.earliest is not None:
        end = f"{ahead.earliest:%d %b} – {ahead.latest:%d %b}"
    pace = f"{ahead.per_unit:,.0f} a {ahead.unit}" if ahead.per_unit else ahead.reason or ""
    return [
        ("Answers", words.percent(n_done / n_wanted if n_wanted else None),
         f"{n_done:,} of {n_wanted:,}"),
        ("Left", words.duration(3600 * hours) if hours else "nothing",
         f"of active time, {words.count(int(left['left'].sum()), 'answer')}"),
        ("Done", end, pace),
        ("Today (UTC)", f"{len(today):,}", f"answers by {words.count(n_today, 'reviewer')}"),
    ]  # fmt: skip


def _burn_up(
    filters: Filters, shown: Shown, given: pd.DataFrame, ahead: Outlook, now: datetime
) -> None:
    parts.section(
        "Answers over time",
        "Answers so far (blue) against all that are planned (dashed). The orange wedge reaches the "
        "dashed line where eight in ten futures are done. Times are in UTC.",
    )
    _, n_wanted = progress.totals(filters, shown)
    ends = None
    if shown.status is StudyStatus.OPEN and ahead.earliest is not None and ahead.latest is not None:
        ends = (ahead.earliest, ahead.latest)
    drawing = progress_charts.burn_up(progress.burn_up(given), n_wanted, ends, now)
    parts.chart(drawing, key="chart-burn-up", alt_text="Answers over time against those planned")
    n_excluded = int(given["excluded"].sum())
    if n_excluded:
        parts.note(
            f"{words.count(n_excluded, 'answer')} by reviewers whom an analyst has excluded fill "
            "their places and are counted here, but in no result."
        )
    parts.explained(
        "forecast",
        "When all planned answers are likely to be in, if people go on as they did of late.",
        "Whole days of the last two weeks (or hours, while the study is younger than three days) "
        "are drawn with replacement, from a resample of themselves, until enough answers are in, a "
        "thousand times; shown is the middle 80 %. It does not know of holidays or of new "
        "reviewers, and hours know no nights.",
    )


def _coverage(filters: Filters, shown: Shown, frame: pd.DataFrame) -> None:
    n_places = int(frame["n_places"].max())
    parts.section(
        "Coverage",
        f"Which share of the items has how many of its {words.count(n_places, 'answer')}; training "
        "apart. Reviewer and days do not narrow this.",
    )
    drawing = progress_charts.coverage(progress.coverage(frame), n_places)
    parts.chart(drawing, key="chart-coverage", alt_text="Items by the number of their answers")
    settings = {"share": st.column_config.ProgressColumn(min_value=0, max_value=1)}
    parts.table(progress.by_checkpoint(frame), "coverage", settings)
    criteria = progress.by_criterion(filters, shown)
    if not criteria.empty:
        parts.note("Values that count in results, by criterion:")
        parts.table(criteria, "criteria-coverage")


def _times(filters: Filters, shown: Shown, given: pd.DataFrame) -> None:
    parts.section(
        "Time per answer",
        "Active time from showing an item to its answer: the bar is the middle half, the tick the "
        "median, the line goes to nine in ten.",
    )
    found = progress.times(given)
    if found.empty:
        parts.empty("No times are known", "These answers came from outside, without their times.")
    else:
        drawing = progress_charts.times(found)
        parts.chart(drawing, key="chart-times", alt_text="Time per answer by kind of item")
    left = progress.hours_left(filters, shown)
    settings = {
        "seconds": st.column_config.NumberColumn("seconds each", format="%.0f"),
        "hours": st.column_config.NumberColumn("hours left", format="%.1f"),
    }
    parts.table(left, "left", settings)
    parts.explained(
        "hours left",
        "The active time that all answers still to come will take together.",
        "Answers still to come times the median time of such an answer so far, or the protocol's "
        "seconds_per_item before the first.",
    )


def _people(given: pd.DataFrame) -> None:
    parts.section("Answers per reviewer and day", "Days are those of UTC; darker is more.")
    found = progress.per_day(given)
    drawing = progress_charts.per_day(found)
    parts.chart(drawing, key="chart-days", alt_text="Answers per reviewer and day")
    listed = found.assign(day=found["day"].dt.date, minutes=found["seconds"] / 60)
    settings = {"minutes": st.column_config.NumberColumn("active minutes", format="%.0f")}
    parts.table(listed.drop(columns="seconds"), "days", settings)


def _pairs(shown: Shown, frame: pd.DataFrame) -> None:
    compared = frame[(frame["kind"] == "ab") & (frame["control"] == "")]
    if compared.empty:
        return
    parts.section("Which pairs are shown", f"Pairs come {progress.ORDERS[shown.order]}.")
    found = progress.weights(data.version(), shown)
    if found is None:
        parts.note(
            "All pairs come equally often in the long run, so the table under Coverage says it "
            "all. A study with many checkpoints that only asks for the best of them needs fewer "
            "votes with order = “active” in its protocol."
        )
        return
    parts.note(found.reason)
    rows = [
        {
            "pair": f"{one.checkpoint} – {one.opponent}",
            "comes next": one.weight,
            "votes": one.n_votes,
            "share of votes": one.n_votes / max(1, found.n_votes),
            "why": one.reason,
        }
        for one in found.pairs
    ]
    settings = {
        "comes next": st.column_config.ProgressColumn(
            "comes next", min_value=0, max_value=1, format="percent"
        ),
        "share of votes": st.column_config.NumberColumn(format="percent"),
    }
    parts.table(pd.DataFrame(rows), "pairs", settings)
    parts.note(_COSTS[found.seek])
    parts.explained(
        "which pair comes next",
        "How often each pair of checkpoints is drawn for the next reviewer.",
        "Top-two Thompson sampling (Russo 2020) for the winner, the pairs of which one vote "
        "settles most of the order for the ranking, on a normal approximation of the "
        "Bradley–Terry posterior, widened where votes "
        "of one reviewer or on one prompt go together; 5 % of the draws go to all pairs alike. "
        "The queue works it out anew every few answers, so that it may lag behind this table.",
    )


_COSTS = {
    "winner": "What it costs: the votes gather on the best, so the order of the others stays "
    "uncertain and their intervals stay wide. The intervals keep their promise, as Self-test "
    "shows under sampling; plain win rates of a checkpoint against all others do not compare, as "
    "each met other opponents. Read strengths instead.",
    "ranking": "What it costs: the votes gather on pairs whose order is in doubt, so pairs that "
    "lie far apart are known through others only. The intervals keep their promise, as Self-test "
    "shows under sampling; plain win rates of a checkpoint against all others do not compare, as "
    "each met other opponents. Read strengths instead.",
}
