from __future__ import annotations

import io

import altair as alt
import pandas as pd

from apps.dashboard import downloads
from apps.dashboard.charts import dots


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": pd.Categorical(["a", "b"]),
            "value": [0.25, None],
            "mixed": ["–", 3],
            7: ["x", None],
        }
    )


def chart() -> alt.LayerChart:
    rows = pd.DataFrame(
        {"name": ["base", "new"], "value": [0.4, 0.6], "low": [0.3, 0.5], "high": [0.5, 0.7]}
    ).assign(shown="40 %", range="30–50 %", counts="9 votes")
    return dots(rows, {"base": "#0077bb", "new": "#ee7733"}, (0, 1))


def test_a_table_comes_back_from_csv_and_parquet() -> None:
    read = pd.read_csv(io.BytesIO(downloads.csv(table())))
    assert read["value"].tolist()[0] == 0.25
    read = pd.read_parquet(io.BytesIO(downloads.parquet(table())))
    assert list(read.columns) == ["name", "value", "mixed", "7"]
    assert read["mixed"].tolist() == ["–", "3"]
    assert read["name"].tolist() == ["a", "b"]


def test_a_chart_becomes_pictures_with_title_and_ground() -> None:
    drawn = downloads.svg(chart(), "Win rate of each").decode()
    assert drawn.startswith("<svg")
    assert "Win rate of each" in drawn
    assert "base" in drawn
    assert 'fill="white"' in drawn
    picture = downloads.png(chart(), "Win rate of each")
    assert picture.startswith(b"\x89PNG")


def test_a_chart_of_many_dots_can_be_drawn() -> None:
    rows = pd.DataFrame({"x": range(6000), "y": range(6000)})
    many = alt.Chart(rows).mark_point().encode(x="x", y="y")
    assert downloads.svg(many, "Many").startswith(b"<svg")
