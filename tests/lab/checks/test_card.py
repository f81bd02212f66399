import pytest

from lab.checks.card import parse_card


def test_a_card_is_read_in_order():
    card = parse_card("event: share; Hero: Rosa Lee; have: ten")
    assert list(card.items()) == [("event", "share"), ("hero", "Rosa Lee"), ("have", "ten")]
    assert parse_card("- name: Loch Fyne\n- food: French\n") == {
        "name": "Loch Fyne",
        "food": "French",
    }
    assert parse_card("name = A | food = B") == {"name": "A", "food": "B"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hero: Rosa",
        "Rosa had ten apples; she gave six away.",
        "He said: go.\nShe went.",
        "a: b; " + "c: " + "long " * 50,
        "this is a very long key: b; c: d",
        ";;;",
        "x" * 1_000_000 + ";" + " " * 1_000_000,
    ],
)
def test_other_texts_are_no_cards(text):
    assert parse_card(text) is None
