import re
from collections import Counter

from lab.world.pack import english


def test_no_word_stands_in_two_kinds():
    pack = english()
    words = [
        word.lower()
        for kind in dict.fromkeys(pack.data["roles"].values())
        for word in pack.values(kind)
    ]
    assert [word for word, n in Counter(words).items() if n > 1] == []


def test_no_sentence_spells_out_a_word_of_a_kind_or_a_pronoun():
    pack = english()
    spelled = {
        (pattern.text, part.value)
        for pattern in pack.patterns
        for part in pattern.parts
        if not part.kind and (pack.look_up(part.value) or pack.look_up(part.value.title()))
    }
    assert spelled == set()


def test_no_two_sentences_look_alike_once_blanked():
    pack = english()
    assert len(pack.by_skeleton) == len(pack.patterns)


def test_every_phrasing_of_a_beat_states_the_same_facts():
    by_beat = {}
    for pattern in english().patterns:
        stated = {part.value for part in pattern.parts if part.kind not in ("", "pronoun")}
        by_beat.setdefault(pattern.beat, []).append(stated - {"hero", "friend", "thing"})
    steps = {beat: stated for beat, stated in by_beat.items() if re.fullmatch(r"\w+(/\d)?", beat)}
    assert {beat for beat, stated in steps.items() if any(s != stated[0] for s in stated)} == set()


def test_every_event_states_each_of_its_facts_and_has_every_ending():
    pack = english()
    common = pack.common_roles - {"thing", "look"}
    for event, plan in pack.data["events"].items():
        stated = set(re.findall(r"\{(\w+)\}", " ".join(t[0] for t in plan["beats"])))
        assert {"thing", "look", "hero", *plan["facts"]} <= stated, event
        assert list(plan["endings"]) == pack.values("ending")
        assert not set(plan["facts"]) & common
    assert len(pack.data["events"]) == 12


def test_no_word_after_the_article_a_begins_with_a_vowel():
    pack = english()
    after = {
        kind_or_role
        for pattern in pack.patterns
        for kind_or_role in re.findall(r"\b[Aa] \{(\w+)\}", pattern.text)
    }
    wrong = [
        word
        for role in after
        for word in pack.values(pack.data["roles"][role])
        if word[0].lower() in "aeiou"
    ]
    assert wrong == []


def test_a_name_counts_only_with_its_capital():
    pack = english()
    assert pack.look_up("Rosa") == ("person", "Rosa")
    assert pack.look_up("rosa") is None
    assert pack.look_up("MONDAY") == ("time", "Monday")


def test_digits_and_other_forms_mean_the_same_word():
    pack = english()
    assert pack.look_up("6") == ("number", "six")
    assert pack.look_up("apple") == ("food", "apples")
    assert pack.look_up("4711") == ("number", "4711")
    assert pack.look_up("zeppelin") is None
