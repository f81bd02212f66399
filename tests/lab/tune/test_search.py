from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from lab.errors import ConfigError, StoreError
from lab.records import TrialOutcome
from lab.tune.journal import Journal
from lab.tune.search import KILLED, Attempt, Plan, Result, Search, best
from tests.lab.tune import worker
from tests.lab.tune.worker import PLAN, run, valley


def test_trials_become_records_and_the_best_is_near_the_bottom(tmp_path) -> None:
    trials = run(tmp_path, 30)
    assert [one.number for one in trials] == list(range(30))
    found = best(trials)
    assert found.parameters["rows"] == 8
    assert found.value == min(one.value for one in trials)
    assert abs(found.parameters["rate"] - 0.01) < 0.01
    assert all(type(one.parameters["steps"]) is int for one in trials)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.journal", "s.lock"]


def test_a_search_goes_on_where_it_stopped_with_the_same_draws(tmp_path) -> None:
    run(tmp_path / "one", 4)
    broken = run(tmp_path / "one", 7)
    whole = run(tmp_path / "other", 7)
    assert [one.parameters for one in broken] == [one.parameters for one in whole]
    assert run(tmp_path / "one", 7) == broken


def test_what_is_worse_than_the_median_is_given_up(tmp_path) -> None:
    seen = {}

    def rising(attempt: Attempt) -> Result:
        worst = attempt.number >= 6
        for place in range(10):
            seen[attempt.number] = place
            if attempt.hopeless(place, 5.0 if worst else 1.0 - place / 20):
                return Result(outcome=TrialOutcome.PRUNED, value=5.0, message="worse")
        return Result(outcome=TrialOutcome.FINISHED, value=0.5)

    trials = run(tmp_path, 8, rising)
    assert [one.outcome for one in trials[:6]] == [TrialOutcome.FINISHED] * 6
    assert [one.outcome for one in trials[6:]] == [TrialOutcome.PRUNED] * 2
    assert [seen[6], seen[7]] == [2, 2]
    assert trials[7].message == "worse"


def test_a_trial_tells_how_far_its_folds_are_apart(tmp_path) -> None:
    def folded(attempt: Attempt) -> Result:
        return Result(outcome=TrialOutcome.FINISHED, value=2.0, folds=(1.0, 3.0))

    with Journal(tmp_path, "s") as journal:
        search = Search(journal, PLAN)
        assert search.go_on(1, folded, lambda: None) == 1
        assert search.go_on(2, valley, lambda: None) == 1
        assert search.spreads() == {0: pytest.approx(2**0.5)}


def test_failed_trials_count_and_are_told(tmp_path) -> None:
    def odd(attempt: Attempt) -> Result:
        if attempt.number == 1:
            return Result(outcome=TrialOutcome.FAILED, message="diverged")
        return valley(attempt)

    trials = run(tmp_path, 3, odd)
    assert [one.outcome.value for one in trials] == ["finished", "failed", "finished"]
    assert trials[1].value is None
    assert trials[1].message == "diverged"


def test_what_breaks_a_trial_off_from_outside_does_not_use_it_up(tmp_path) -> None:
    def stop(attempt: Attempt) -> Result:
        (attempt.scratch / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, 2, stop)
    trials = run(tmp_path, 2)
    assert [one.outcome.value for one in trials] == ["failed", "finished", "finished"]
    assert trials[0].message == "stopped by hand"


def test_another_plan_under_the_same_name_is_refused(tmp_path) -> None:
    run(tmp_path, 1)
    other = Plan(name="s", dataset_id=PLAN.dataset_id, ranges=PLAN.ranges, fixed={"width": 32})
    with pytest.raises(ConfigError, match="width was 16 and is now 32; give the same settings"):
        run(tmp_path, 2, plan=other)


def test_a_cut_last_line_is_left_out_and_a_broken_journal_is_told(tmp_path) -> None:
    run(tmp_path, 2)
    with (tmp_path / "s.journal").open("ab") as file:
        file.write(b'{"op_code":4,"wor')
    assert len(run(tmp_path, 3)) == 3
    (tmp_path / "s.journal").write_bytes(b"\x00\xffnonsense\n{}\n")
    with pytest.raises(StoreError, match="cannot be read"):
        run(tmp_path, 3)


def start(folder, what: str) -> subprocess.Popen:
    command = [sys.executable, worker.__file__, str(folder), what]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_killed_process_fails_its_trial_and_the_others_go_on(tmp_path) -> None:
    killed, slow = start(tmp_path, "stay"), start(tmp_path, "stay")
    first, second = killed.stdout.readline(), slow.stdout.readline()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    trials = run(tmp_path, 3)  # two, beside that of the process that is still alive
    assert sorted([int(first), int(second)]) == [0, 1]
    assert [(one.number, one.message) for one in trials if one.message] == [(int(first), KILLED)]
    gone = next(one for one in trials if one.message)
    assert gone.seconds == 0  # it said nothing, however late that was noticed
    assert len(trials) == 3
    assert len(list((tmp_path / "s.workers").iterdir())) == 1
    slow.communicate("")
    assert slow.returncode == 0
    ended = run(tmp_path, 6)
    assert [one.number for one in ended] == list(range(7))
    assert not (tmp_path / "s.workers").exists()


def test_two_processes_share_the_trials(tmp_path) -> None:
    both = [start(tmp_path, "go"), start(tmp_path, "go")]
    numbers = sorted(int(word) for one in both for word in one.communicate()[0].split())
    assert numbers == list(range(6))
    assert len(run(tmp_path, 6)) == 6
