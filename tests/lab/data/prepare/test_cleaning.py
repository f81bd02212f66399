"""Cleaning: what each change does and leaves, and that a clean text stays as it is."""

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.data.prepare.characters import mend, spaced, straight, without_invisible
from lab.data.prepare.cleaning import cleaning_steps
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.markup import plain
from lab.data.prepare.rows import features, new_row

ALL_OFF = dict.fromkeys(("html", "unicode", "controls", "spaces", "quotes"), False)


def clean(text, **options):
    return cleaned({"reference": text}, **options).rows[0]["reference"]


def cleaned(fields, **options):
    row = new_row(key="k", place="p", group="g", **fields)
    for step in cleaning_steps(PrepareConfig(name="x", **options)):
        outcome = step.apply(row)
        if not outcome.rows:
            return outcome
        (row,) = outcome.rows
    return outcome


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a < b and c > d, x<y>z", "a < b and c > d, x<y>z"),
        ("List<String> and <me@here.org>, <b and c>", "List<String> and <me@here.org>, <b and c>"),
        ("List<String> is <b class='x'>generic</b>", "List<String> is generic"),
        ("1 <2 && 3> 2 <i>x</i>", "1 <2 && 3> 2 x"),
        ("<p>one\ntwo</p><p>three</p>", "one two\n\nthree"),
        ("one<br>\ntwo<br/>three\nfour", "one\ntwo\nthree\nfour"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>x\n    y</pre>", "x\n    y"),
        ('<a href="1>2" title=\'<\'>link</a><!-- note <b> --> end', "link end"),
        ("<html><head><title>T</title></head><body><h1>H</h1>text</body></html>", "H\n\ntext"),
        ("<script>if (a<b) {}</script>kept<style>p {}</style>", "kept"),
        ("the <script> tag, then <b>more</b>", "the <script> tag, then more"),
        ("<!-- never closed <b>x</b>", "<!-- never closed x"),
        ("R&amp;D &lt; &#8217;&#x41; &copy; AT&T &bogus;", "R&D < ’A © AT&T &bogus;"),
        ("&not <b>x</b> &amp; y & z", "&not x & y & z"),
    ],
)  # fmt: skip
def test_markup_is_taken_out_and_what_is_none_stays(text, left):
    assert plain(text) == left


@pytest.mark.parametrize("text", ["<div>" * 3000, "<" * 30_000, "<!--" * 30_000, "&" * 90_000])
def test_strange_markup_takes_no_longer_than_other(text):
    assert isinstance(plain("<b>x</b>" + text), str)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cafÃ© â€œquotedâ€\x9d", "café “quoted”"),
        ("Cafe\u0301", "Café"),
        ("ﬁne, １２, “left”, Straße, São Paulo", "ﬁne, １２, “left”, Straße, São Paulo"),
        ("AÑO, Ünïcôde, дом, 東京", "AÑO, Ünïcôde, дом, 東京"),
    ],
)  # fmt: skip
def test_mojibake_is_mended_and_nothing_else_changed(text, left):
    assert mend(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x00b\x07\x1b[31mred\x1b[0m\x7f\tc\n", "abred\tc\n"),
        ("so\u00adft \u200bzero\ufeff \u2060é", "soft zero é"),
        ("👩\u200d🚀 ❤️\u200d🔥 x\u200dy", "👩\u200d🚀 ❤️\u200d🔥 xy"),
        ("می\u200cخواهم x\u200cy", "می\u200cخواهم xy"),
        ("क्\u200dष ක්\u200dර", "क्\u200dष ක්\u200dර"),
        ("می\u200c\u200c\u200dخواهم \u200cم", "می\u200cخواهم م"),
        ("ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f \U000e0041é",
         "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f é"),
        ("a \u202bשלום\u202c \u202e lone é", "a \u202bשלום\u202c  lone é"),
        ("\u2067a\n\u2069b \u2066\u202ac\u2069\u202c", "a\nb \u2066c\u2069"),
        ("שלום\u200f! x\nplain\u200e é", "שלום\u200f! x\nplain é"),
    ],
)  # fmt: skip
def test_invisible_characters_go_where_they_mean_nothing(text, left):
    assert without_invisible(text) == left


def test_quotes_become_straight():
    assert straight("“a” „b“ «\u00a0c\u00a0» »d« ‘e’ don’t don´t ``f'' ＂g＂") == (
        '"a" "b" "c" "d" \'e\' don\'t don\'t "f" "g"'
    )
    assert straight("`code` 「東京」 5′ 6″ x = '' ´") == "`code` 「東京」 5′ 6″ x = '' ´"


def test_white_space_becomes_uniform():
    text = "  a \u00a0 b\t\tc  \r\n\r\n \n\n  indented\u3000x\u2028y\rz\x0c\n\n"
    assert spaced(text) == "a b c\n\n  indented x\ny\nz"


def test_each_change_can_be_switched_off():
    text = "<b>x</b>  “Ã©”\u00ad"
    assert clean(text) == 'x "é"'
    assert [step.name for step in cleaning_steps(PrepareConfig(name="x"))] == [
        "html", "unicode", "controls", "quotes", "spaces",
    ]  # fmt: skip
    assert cleaning_steps(PrepareConfig(name="x", **ALL_OFF)) == []
    for name, left in {
        "html": "x  “Ã©”\u00ad",
        "unicode": "<b>x</b>  “é”\u00ad",
        "controls": "<b>x</b>  “Ã©”",
        "spaces": "<b>x</b> “Ã©”\u00ad",
        "quotes": '<b>x</b>  "Ã©"\u00ad',
    }.items():
        assert clean(text, **ALL_OFF | {name: True}) == left


def test_every_text_of_a_row_is_cleaned():
    fields = {name: f"<i>{name}</i> " for name in ("prompt", "source", "reference", "rejected")}
    turns = [{"role": "user", "content": "<i>a</i> "}]
    (row,) = cleaned(fields | {"messages": turns}).rows
    assert [row[name] for name in fields] == list(fields)
    assert row["messages"] == [{"role": "user", "content": "a"}]


def test_a_row_that_needs_no_cleaning_is_the_same_row():
    row = new_row(key="k", place="p", prompt="a", reference="b")
    for step in cleaning_steps(PrepareConfig(name="x")):
        assert step.apply(row).rows[0] is row


def test_a_row_of_which_nothing_is_left_is_dropped():
    assert cleaned({"prompt": "<br>", "reference": "b"}).reason == "nothing left"
    assert cleaned({"prompt": "a", "reference": " &nbsp; "}).reason == "nothing left"
    assert cleaned({"prompt": "a", "source": "<br>", "reference": "b"}).rows[0]["source"] == ""
    assert cleaned({"reference": ""}).rows


PIECES = [
    *("<", ">", "&", ";", "#", "b", "p", "/", "!--", "-->", "<b>", "</p>", "<br>", "<pre>", "<p>"),
    *("<script>", "</script>", "<td>", "amp;", "lt;", "&lt;", "&#60;", "&#8203;", "&nbsp;", "<svg"),
    *("&#xad;", "&Atilde;", "&copy;", "&#769;", "&lsquo;", "``", "''", "'", "´", "“", "»", "«"),
    *("Ã", "©", "â€™", "Â", "\xa0", "Ã\xa0", "ï»¿", "\x80", "\x9d", "\u0301", "e", "\u1100\u1161"),
    *(" ", "\n", "\r", "\t", "\x0c", "\u2028", "\u3000", "\x00", "\x1b[0m", "\x1b", "[", "\x85"),
    *("\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202c", "\u2067", "\u2069"),
    *("م", "क", "्", "👩", "\ufe0f", "🏴", "\U000e0067", "\U000e007f", "\ufeff", "\xad", "\u0e01"),
]
TANGLED = st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=12).map("".join)


@settings(deadline=None, max_examples=300)
@given(text=TANGLED)
def test_a_clean_text_stays_as_it_is(text):
    once = cleaned({"reference": text})
    if once.rows:
        assert clean(once.rows[0]["reference"]) == once.rows[0]["reference"]


@settings(deadline=None)
@given(text=TANGLED)
@pytest.mark.parametrize("name", list(ALL_OFF))
def test_each_change_alone_leaves_nothing_to_do(text, name):
    options = ALL_OFF | {name: True}
    once = cleaned({"reference": text}, **options)
    if once.rows:
        assert clean(once.rows[0]["reference"], **options) == once.rows[0]["reference"]


def boilerplate(rows, folder, least=3, workers=1, **options):
    made = [
        new_row(key=f"{number}", place="", group="g", **fields)
        for number, fields in enumerate(rows)
    ]
    *_, step = cleaning_steps(PrepareConfig(name="x", boilerplate=least, **options))
    table = Dataset.from_list(made, features=features())
    (folder / "scratch").mkdir()
    return step.apply(table, folder / "scratch", workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_lines_of_many_documents_are_removed(tmp_path, workers):
    menu = ["  Home | About", "Read more"]
    texts = ["\n".join([menu[0], f"Text {number}", "", "Twice", menu[1]]) for number in range(2)]
    texts += [f"{menu[0]}\nText 2\n\n{menu[1]}", "Home | About\nRead more", "Own\nOwn\nOwn"]
    outcome = boilerplate([{"reference": text} for text in texts], tmp_path, workers=workers)
    assert outcome.rows["reference"][:] == [
        "Text 0\n\nTwice", "Text 1\n\nTwice", "Text 2", "Own\nOwn\nOwn",
    ]  # fmt: skip
    assert (outcome.n_changed, outcome.dropped) == (3, {"boilerplate only": 1})
    assert outcome.counts == {"repeated lines": 2, "lines removed": 8}


def test_copies_of_a_document_are_no_boilerplate(tmp_path):
    outcome = boilerplate([{"reference": "Same\ntext"}] * 5, tmp_path)
    assert (outcome.n_changed, outcome.counts["repeated lines"]) == (0, 0)


def test_prompts_and_targets_keep_what_they_repeat(tmp_path):
    rows = [{"prompt": "Sum up.", "source": f"Menu\n{n}", "reference": "yes"} for n in range(4)]
    outcome = boilerplate(rows, tmp_path)
    assert outcome.rows["source"][:] == ["0", "1", "2", "3"]
    assert set(outcome.rows["prompt"]) == {"Sum up."}
    assert set(outcome.rows["reference"]) == {"yes"}
