"""Streamlit's settings for the dashboard, in one place; nothing here reaches another host."""

from __future__ import annotations

from typing import Any

LIGHT: dict[str, Any] = {
    "primaryColor": "#0b66a8",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f5f7f9",
    "textColor": "#1b2430",
    "borderColor": "#dfe4ea",
    "linkColor": "#0b66a8",
}
DARK: dict[str, Any] = {
    "primaryColor": "#57aee6",
    "backgroundColor": "#10161d",
    "secondaryBackgroundColor": "#18212b",
    "textColor": "#e4e9ef",
    "borderColor": "#2c3845",
    "linkColor": "#57aee6",
}
SHAPE: dict[str, Any] = {
    "baseFontSize": 15,
    "baseRadius": "8px",
    "headingFontSizes": ["1.7rem", "1.3rem", "1.1rem", "1rem", "0.95rem", "0.9rem"],
    "headingFontWeights": [650, 600, 600, 600, 600, 600],
    "metricValueFontSize": "1.7rem",
    "metricValueFontWeight": 600,
    "showSidebarBorder": True,
    "paddingTop": "3.5rem",
}
SERVER: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.maxUploadSize": 1,
    "runner.magicEnabled": False,
}


def apply_settings() -> None:
    """Give Streamlit our settings, over whatever configuration files it found."""
    from altair.utils import schemapi
    from streamlit import config

    options = SERVER | {f"theme.{name}": value for name, value in SHAPE.items()}
    options |= {f"theme.light.{name}": value for name, value in LIGHT.items()}
    options |= {f"theme.dark.{name}": value for name, value in DARK.items()}
    for name, value in options.items():
        config.set_option(name, value, "apps.dashboard")
    # Checking each part of each chart against a schema would take longer than drawing it.
    schemapi.disable_debug_mode()
