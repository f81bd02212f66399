import pytest

from lab.metrics.constraints import constraint_coverage, demanded


@pytest.mark.parametrize(
    ("prompt", "phrases"),
    [
        ('Write a story that ends with "and so it was."', ["and so it was"]),
        ("Words: oak, Gloomy and quit. Begin!", ["oak", "gloomy", "quit"]),
        ("Include the following words: red fox, moon", ["red fox", "moon"]),
        ("Write a story about a dog.", []),
        ("用「月亮」写一个故事", ["月 亮"]),
        ("Say “I can’t” and “I can't”.", ["i can't"]),
    ],
)
def test_what_is_demanded(prompt, phrases):
    assert demanded(prompt) == phrases


def test_coverage_is_of_whole_words_and_phrases():
    prompt = 'Use "red fox" and "moon".'
    assert constraint_coverage(prompt, "The RED fox saw the moonlight.").value == 0.5
    assert constraint_coverage(prompt, "").value == 0
    assert constraint_coverage("「月亮」", "他看见月亮。").value == 1
    assert "demands no word" in constraint_coverage("Hello", "x").reason
