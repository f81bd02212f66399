"""Excluding: turns an analyst's word, confirmed and with its reason, into a recorded decision."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import overview, ratings, reviewers
from apps.signin.requests import COOKIE
from apps.signin.sessions import fingerprint
from lab.errors import LabError
from lab.records import Account, Study
from storage import accounts, exclusions, sessions
from storage.exclusions import MOST_CHARACTERS, Decision


def draw(filters: Filters) -> None:
    """Draw what decisions change, the decision itself, and all decisions so far."""
    parts.section(
        "Leaving a reviewer out",
        "A decision is an analyst's or lead's, with a reason, and is kept; no answer is deleted. "
        "Flags and rules are advice and never decide. Whoever is left out can be taken back in.",
    )
    if said := st.session_state.pop("decided", None):
        st.success(said)
    past = reviewers.decisions(data.version(), filters.study)
    _changes(filters, past)
    _decide(filters, past)
    _history(past)


def _changes(filters: Filters, past: list[Decision]) -> None:
    out = sorted({one.reviewer for one in past if one.counts and one.excluded}, key=words.in_order)
    if not out:
        parts.note("Nobody is left out of these results.")
        return
    parts.subsection(f"What leaving out {_some(out)} changes")
    found = pd.concat([_beside(ratings.means, filters), _beside(overview.win_rates, filters)])
    if found.empty:
        parts.note("These filters leave no rating and no vote to compare.")
        return
    parts.table(found, "with-and-without")


def _some(names: list[str]) -> str:
    return words.listed(names) if len(names) <= 4 else words.count(len(names), "reviewer")


def _beside(asked: object, filters: Filters) -> pd.DataFrame:
    """Ask the same of the answers with and without the excluded, and lay them side by side."""
    wanted = replace(filters, reviewer=None)
    both = {
        kind: asked(replace(wanted, with_excluded=kind == "with them"))  # type: ignore[operator]
        for kind in ("without them", "with them")
    }
    if both["with them"].empty:
        return pd.DataFrame()
    is_share = "criterion" not in both["with them"]
    keys = ["name"] if is_share else ["criterion", "name"]
    columns = [*keys, "value", "shown", "range"]
    found = both["with them"][columns]
    if both["without them"].empty:
        without = found.assign(value=float("nan"), shown=words.NOTHING, range="nobody is left")
    else:
        without = both["without them"][columns]
    joined = without.merge(found, on=keys, how="outer", suffixes=("_without", "_with"))
    moved = joined["value_without"] - joined["value_with"]
    return pd.DataFrame(
        {
            "figure": "win rate" if is_share else "mean of " + joined["criterion"].astype(str),
            "checkpoint": joined["name"],
            "without them": joined["shown_without"].fillna(words.NOTHING),
            "range without": joined["range_without"],
            "with them": joined["shown_with"],
            "range with": joined["range_with"],
            "difference": [
                words.NOTHING
                if value != value
                else f"{100 * value:+.1f} %"
                if is_share
                else f"{value:+.2f}"
                for value in moved
            ],
        }
    )


def _decide(filters: Filters, past: list[Decision]) -> None:
    studies = {label: study for label, study, _ in data.all_studies()}
    if not studies:
        return
    names = [filters.study] if filters.study else list(studies)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        label = st.selectbox("In study", names, key="decide-study", width=260)
        answered = _answered(label)
        if not answered:
            st.html('<p class="note">Nobody has answered in this study yet.</p>')
            return
        name = st.selectbox("Reviewer", list(answered), key="decide-reviewer", width=260)
    _rule(studies[label])
    out = any(
        one.counts and one.excluded and one.study == label and one.reviewer == name for one in past
    )
    _form(studies[label], answered[name], name, out)


def _answered(study: str) -> dict[str, str]:
    found = reviewers.summaries(data.version(), Filters(study=study))
    ids = {one.reviewer: one.reviewer_id for one in found}
    return {name: ids[name] for name in sorted(ids, key=words.in_order)}


def _rule(study: Study) -> None:
    protocol = study.protocol
    said = [protocol.get("exclusion_rule") or ""]
    if (share := protocol.get("exclude_below_gold")) is not None:
        said.append(f"fewer than {words.percent(share)} of the known answers right")
    if (seconds := protocol.get("exclude_faster_than")) is not None:
        said.append(f"a median under {seconds:g} s per answer")
    told = "; ".join(part for part in said if part)
    parts.note(f"The study's own rule: {told}." if told else "The protocol has no exclusion rule.")


def _form(study: Study, reviewer_id: str, name: str, is_out: bool) -> None:
    verb = "Include again" if is_out else "Exclude"
    with st.form(f"decide-{study.id}-{reviewer_id}-{is_out}", clear_on_submit=False):
        reason = st.text_area("Reason, kept with the results", max_chars=MOST_CHARACTERS, height=80)
        sure = st.checkbox(
            f"Yes: take {name} back into this study's results"
            if is_out
            else f"Yes: leave {name} out of this study's results"
        )
        pressed = st.form_submit_button(f"{verb} {name}")
    if not pressed:
        return
    if not sure:
        st.error("Tick the box to confirm.")
        return
    try:
        _record(study, reviewer_id, not is_out, reason)
    except LabError as error:
        st.error(str(error))
        return
    done = "takes part again in" if is_out else "is left out of"
    st.session_state["decided"] = f"{name} {done} the results of {study.name}."
    st.session_state["version"] = data.newest_version()
    st.rerun()


def _record(study: Study, reviewer_id: str, excluded: bool, reason: str) -> None:
    store = data.store()
    reviewer = accounts.by_id(store, reviewer_id)
    if reviewer is None:
        raise LabError("the reviewer's account is gone; reload the page")
    exclusions.decide(store, study, reviewer, excluded, reason, by=_who())


def _who() -> Account:
    """Return who is signed in now, looked up anew: the session may have ended meanwhile."""
    token = st.context.cookies.get(COOKIE)
    found = sessions.current(data.store(), fingerprint(token)) if token else None
    if found is None:
        raise LabError("you are signed out; sign in again and repeat the decision")
    return found[1]


def _history(past: list[Decision]) -> None:
    if not past:
        return
    parts.subsection("All decisions")
    parts.table(
        pd.DataFrame(
            {
                "when (UTC)": f"{one.created_at:%Y-%m-%d %H:%M}",
                "study": one.study,
                "reviewer": one.reviewer,
                "decision": "excluded" if one.excluded else "included again",
                "reason": one.reason,
                "by": one.decided_by,
                "counts": "yes" if one.counts else "replaced",
            }
            for one in past
        ),
        "decisions",
    )
