"""The script that Streamlit runs for each view: navigation, filters, the page, the refresh."""

from __future__ import annotations

import html
from pathlib import Path
from types import ModuleType

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from apps.dashboard import data, filters, parts, reporting
from apps.dashboard.views import (
    cost,
    drift,
    hallucination,
    metrics,
    overview,
    planning,
    progress,
    ratings,
    reviewers,
    selftest,
    texts,
    training,
    verdict,
)
from apps.signin.requests import COOKIE, SIGN_OUT
from apps.signin.sessions import Lookups
from lab.errors import StoreError

HERE = Path(__file__).parent
REFRESH_SECONDS = 3
# One list, not groups: Streamlit's groups are lists that a screen reader cannot read.
PAGES = (
    (overview, "Overview", "overview", ":material/leaderboard:"),
    (verdict, "Verdict", "verdict", ":material/balance:"),
    (ratings, "Ratings", "ratings", ":material/bar_chart:"),
    (texts, "Texts", "texts", ":material/article:"),
    (reviewers, "Reviewers", "reviewers", ":material/group:"),
    (hallucination, "Hallucination", "hallucination", ":material/fact_check:"),
    (metrics, "Metrics against people", "metrics", ":material/scatter_plot:"),
    (selftest, "Self-test", "selftest", ":material/verified:"),
    (progress, "Progress", "progress", ":material/timelapse:"),
    (drift, "Drift", "drift", ":material/timeline:"),
    (planning, "Planning", "planning", ":material/calculate:"),
    (cost, "Quality and cost", "cost", ":material/savings:"),
    (training, "Training", "training", ":material/show_chart:"),
)


def run() -> None:
    """Draw the whole view once."""
    st.set_page_config("Review Lab", str(HERE / "icon.svg"), layout="wide")
    st.logo(str(HERE / "logo.svg"), size="large", icon_image=str(HERE / "icon.svg"))
    parts.style()
    try:
        st.session_state["version"] = data.newest_version()
        page = st.navigation([_page(*entry) for entry in PAGES], expanded=True)
        st.session_state["filters"] = chosen = filters.choose()
        st.session_state["left_out"] = filters.left_out(chosen)
        reporting.offer(chosen)
        _account()
        page.run()
    except StoreError as error:
        parts.empty("The records cannot be read at the moment", str(error))
    _refresh()


def _page(module: ModuleType, title: str, path: str, icon: str) -> StreamlitPage:
    draw = module.draw
    return st.Page(draw, title=title, icon=icon, url_path=path, default=module is overview)


def _account() -> None:
    token = st.context.cookies.get(COOKIE)
    account = _lookups().account(token) if token else None
    if account is None:
        return
    with st.sidebar:
        st.html(
            f'<p class="account">Signed in as {html.escape(account.name)} ({account.role.value}) · '
            f'<a href="{SIGN_OUT.lstrip("/")}" target="_self">Sign out</a></p>'
        )


@st.cache_resource(show_spinner=False)
def _lookups() -> Lookups:
    return Lookups(data.store)


@st.fragment(run_every=REFRESH_SECONDS)
def _refresh() -> None:
    try:
        changed = data.newest_version() != st.session_state.get("version")
    except StoreError:
        return
    if changed:
        st.rerun()


run()
