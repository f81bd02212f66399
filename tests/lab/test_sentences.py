import time

import pytest

from lab.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He came. She left!  Why?", ["He came.", "She left!", "Why?"]),
        ('He said "What?" and "No." She left.', ['He said "What?" and "No."', "She left."]),
        (
            "Mr. Smith met J. R. Doe of the U.S. Army.",
            ["Mr. Smith met J. R. Doe of the U.S. Army."],
        ),
        (
            "It was 3.5 m long, i.e. too long. So did I. End",
            ["It was 3.5 m long, i.e. too long.", "So did I.", "End"],
        ),
        (
            "a cat sat . the dog ran . `` no . '' he left .",
            ["a cat sat .", "the dog ran .", "`` no . ''", "he left ."],
        ),
        ("从前有一个女孩。她住在海边！是吗？", ["从前有一个女孩。", "她住在海边！", "是吗？"]),
        ("A title\n\nOne line. Two", ["A title", "One line.", "Two"]),
        ("مرحبا. كيف حالك؟ بخير", ["مرحبا.", "كيف حالك؟", "بخير"]),
        ("Wait... what? Then... He ran.", ["Wait... what?", "Then...", "He ran."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text, expected):
    assert split_sentences(text) == expected


@pytest.mark.parametrize("piece", ["a.", ". ", "\n ", "( ", "! ) ", ".", "Mr. ", ". ' '", '."'])
def test_a_megabyte_of_anything_takes_no_time(piece):
    started = time.process_time()
    split_sentences(piece * (1_000_000 // len(piece)) + "x")
    assert time.process_time() - started < 10
