"""The script that Streamlit runs for each view: navigation, filters, the page, the refresh."""

from __future__ import annotations

import html
from importlib import import_module
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from apps.dashboard import data, filters, parts
from apps.signin.requests import COOKIE, SIGN_OUT
from apps.signin.sessions import Lookups
from lab.errors import StoreError

HERE = Path(__file__).parent
REFRESH_SECONDS = 3
# Module in apps.dashboard.views, which is its path too, title and icon. One list, not groups:
# Streamlit's groups are lists that a screen reader cannot read.
PAGES = (
    ("overview", "Overview", ":material/leaderboard:"),
    ("verdict", "Verdict", ":material/balance:"),
    ("ratings", "Ratings", ":material/bar_chart:"),
    ("texts", "Texts", ":material/article:"),
    ("reviewers", "Reviewers", ":material/group:"),
    ("hallucination", "Hallucination", ":material/fact_check:"),
    ("metrics", "Metrics against people", ":material/scatter_plot:"),
    ("selftest", "Self-test", ":material/verified:"),
    ("progress", "Progress", ":material/timelapse:"),
    ("drift", "Drift", ":material/timeline:"),
    ("planning", "Planning", ":material/calculate:"),
    ("cost", "Quality and cost", ":material/savings:"),
    ("training", "Training", ":material/show_chart:"),
    ("tuning", "Tuning", ":material/tune:"),
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
        report = st.sidebar.container()
        _account()
        page.run()
        with report:
            _offer_report(chosen)
    except StoreError as error:
        parts.empty("The records cannot be read at the moment", str(error))
    _refresh()


def _page(view: str, title: str, icon: str) -> StreamlitPage:
    def draw() -> None:
        # Imported here, so that the first page does not wait for what the others need.
        import_module(f"apps.dashboard.views.{view}").draw()

    first = view == PAGES[0][0]
    return st.Page(draw, title=title, icon=icon, url_path=view, default=first)


def _offer_report(chosen: filters.Filters) -> None:
    from apps.dashboard import reporting

    reporting.offer(chosen)


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
