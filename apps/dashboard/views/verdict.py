"""Verdict: turns the votes into who is better, how sure that is, and who cannot be told apart."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import colours, data, parts, ranking, verdict_charts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import verdict as verdicts
from apps.dashboard.results.verdict import Question
from lab.analysis.verdict import explaining
from lab.analysis.verdict.sentences import shown
from lab.analysis.verdict.watching import Watched

TITLE = "Verdict"
SMALLEST = {"1 point": 0.01, "2 points": 0.02, "3 points": 0.03, "5 points": 0.05, "10 points": 0.1}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    heading = st.container()
    asked = _ask(filters)
    if asked is None:
        with heading:
            parts.heading(TITLE, "No two checkpoints have been compared within these filters yet.")
        parts.no_votes(data.votes().empty)
        return
    found = verdicts.verdict(data.version(), filters, asked)
    names = verdicts.compared(data.version(), filters, asked.criterion)
    with heading:
        parts.heading(TITLE, found.sentence)
    parts.meaning(explaining.meaning(found))
    parts.cautions(explaining.cautions(found, len(names)))
    parts.cards(_figures(found))
    _explained()
    _history(filters, asked)
    _procedure(found)
    _every_criterion(filters, asked)
    ranking.show(filters, asked.criterion)


def _ask(filters: Filters) -> Question | None:
    """Draw the choice of the pair and of what it was judged on; None without votes."""
    usual = verdicts.vote_criterion(filters)
    if verdicts.usual_pair(data.version(), filters, usual) is None:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        criterion = _criterion(filters, usual)
        pair = verdicts.usual_pair(data.version(), filters, criterion)
        if pair is None:
            return None
        known = verdicts.compared(data.version(), filters, criterion)
        checkpoint = _choice("Is", known, pair[0], "checkpoint")
        against = verdicts.usual_pair(data.version(), filters, criterion, checkpoint)
        others = tuple(name for name in known if name != checkpoint)
        opponent = _choice("better than", others, against[1] if against else others[0], "opponent")
        smallest = _choice("Difference that matters", tuple(SMALLEST), "5 points", "smallest")
    return Question(
        checkpoint=checkpoint,
        opponent=opponent,
        criterion=criterion,
        smallest=SMALLEST[smallest],
    )


def _criterion(filters: Filters, usual: str) -> str:
    known = verdicts.criteria(data.version(), filters)
    return _choice("Judged on", known, usual, "judged") if len(known) > 1 else usual


def _choice(label: str, names: tuple[str, ...], usual: str, key: str) -> str:
    # A choice that the filters have taken away would be an error of the widget's.
    if st.session_state.get(key, usual) not in names:
        del st.session_state[key]
    place = names.index(usual)
    return st.selectbox(label, names, index=place, key=key, bind="query-params", width=240)


def _figures(found: Watched) -> list[tuple[str, str, str]]:
    now = found.now
    if now is None:
        return [("Votes", "0", "between the two")]
    by = f"{words.count(now.n_reviewers, 'reviewer')}, {words.count(now.n_prompts, 'prompt')}"
    spread = words.percent_range(now.interval) if now.interval else "needs two reviewers"
    bad = f"{found.n_both_bad / (found.n_both_bad + now.n_votes):.0%}".replace("%", " %")
    return [
        (f"For {found.checkpoint}", words.percent(now.value), f"95 % at every look: {spread}"),
        ("Votes that count", f"{now.n_votes:,}", by),
        ("Safe to stop", "no" if found.kind == "not yet" else "yes", _needed(found)),
        ("Both bad", f"{found.n_both_bad:,}", f"{bad} of all votes between the two"),
    ]


def _needed(found: Watched) -> str:
    if found.kind != "not yet":
        return "for all looks together, at 95\u00a0%"
    if found.needed is None:
        return "needs two reviewers"
    if found.needed.n_votes is None:
        return "too close to settle by votes"
    who = "" if found.needed.by_same_reviewers else ", of new reviewers too"
    return f"about {found.needed.n_votes:,} more votes{who}"


def _history(filters: Filters, asked: Question) -> None:
    parts.section(
        "What each look would have shown",
        f"Share of points of {asked.checkpoint} against {asked.opponent} (a win is 1, a tie ½) and "
        "a 95 % confidence sequence over reviewers: all its intervals hold together, so that it "
        "may be looked at after every vote. The grey band is too small a difference to matter.",
    )
    past = verdicts.history(data.version(), filters, asked)
    if not past:
        text = "Choose a pair that was compared, or open a study in which these two are."
        parts.empty("No votes between these two", text)
        return
    shade = colours.by_checkpoint(data.checkpoint_names())[asked.checkpoint]
    drawing = verdict_charts.ribbon(verdicts.ribbon(past), asked.smallest, shade)
    parts.chart(drawing, key="chart-ribbon", alt_text="Share and interval over the votes")
    first = verdicts.decided_at(past, asked)
    if first is not None:
        parts.note(f"The first of these {len(past)} looks with a verdict is at {first:,} votes.")


def _explained() -> None:
    parts.explained(
        "the verdict",
        "The share of points that such reviewers would give the first of the two; 50 % is no "
        "difference. The interval holds however often one looks; that of the win rates on the page "
        "Overview is worked out otherwise, over all opponents and for one look.",
        "A random-effects mean over reviewers, whose score moves in information time like a "
        "Brownian motion, bounded by Robbins' normal mixture (1970) and carried to t; prompts add "
        "their part to its variance (docs/decisions/0012). How often it errs is on the page "
        "Self-test.",
    )


def _procedure(found: Watched) -> None:
    audit = found.procedure
    if audit is None:
        return
    parts.section(
        "Could sides or noise explain it?",
        "The place on the screen and plain noise, checked on the votes between these two.",
    )
    around = words.percent_range(audit.left_interval) if audit.left_interval else "needs two people"
    equals = words.percent(audit.tie_share_of_equals)
    parts.cards(
        [
            ("Left won", words.percent(audit.left_share), f"of decided votes: {around}"),
            ("Stood on the left", words.percent(audit.shown_left), found.checkpoint),
            ("Points that may come of it", f"{audit.shift * 100:+.1f}", "0 where balanced"),
            ("Ties", words.percent(audit.tie_share), f"{equals} between equals (A/A)"),
        ]
    )
    for sentence in explaining.about_procedure(audit, found.checkpoint):
        parts.meaning(sentence)
    parts.explained(
        "sides and noise",
        "How much of the share could come of a leaning to one side, and whether ties are as "
        "frequent as where neither text is better.",
        "Points = (left share − ½) × (2 × share of votes with the checkpoint on the left − 1) × "
        "(1 − share of ties). The left share's interval is clustered by reviewer and by prompt "
        "(Cameron, Gelbach and Miller 2011), t on the logit scale.",
    )


def _every_criterion(filters: Filters, asked: Question) -> None:
    known = verdicts.criteria(data.version(), filters)
    if len(known) < 2:
        return
    parts.section(
        "The same pair on each criterion",
        "Each verdict keeps its promise by itself; of many criteria, now and then one will be "
        "wrong. Decide beforehand which one counts.",
    )
    rows = [_of_criterion(filters, asked, criterion) for criterion in known]
    parts.table(pd.DataFrame(rows), "criteria")


def _of_criterion(filters: Filters, asked: Question, criterion: str) -> dict[str, object]:
    question = Question(
        checkpoint=asked.checkpoint,
        opponent=asked.opponent,
        criterion=criterion,
        smallest=asked.smallest,
    )
    found = verdicts.verdict(data.version(), filters, question)
    now = found.now
    return {
        "judged on": criterion,
        "verdict": f"{found.better} is better" if found.better else found.kind,
        f"for {asked.checkpoint}": shown(now.value, now.interval)
        if now and now.interval
        else words.percent(now.value if now else None),
        "votes": now.n_votes if now else 0,
        "reviewers": now.n_reviewers if now else 0,
        "both bad": found.n_both_bad,
    }
