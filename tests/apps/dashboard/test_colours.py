from apps.dashboard.colours import PALETTE, by_checkpoint


def test_a_new_checkpoint_changes_no_colour() -> None:
    before = by_checkpoint(["baseline", "candidate"])
    after = by_checkpoint(["baseline", "candidate", "later"])
    assert after.items() >= before.items()
    assert len(set(after.values())) == 3


def test_a_name_that_comes_twice_keeps_its_colour() -> None:
    assert by_checkpoint(["a", "b", "a"]) == {"a": PALETTE[0], "b": PALETTE[1]}


def test_colours_come_again_when_they_run_out() -> None:
    names = [str(i) for i in range(len(PALETTE) + 1)]
    assert by_checkpoint(names)[names[-1]] == PALETTE[0]
