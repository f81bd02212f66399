from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import httpx
import pytest

from lab import records as r
from lab.errors import OwnerError, StoreError
from lab.home import Home, find_home
from storage import checkpoints
from storage.client import open_store, stop_owner
from storage.places import find_places, hold_lock, read_address

ROOT = Path(__file__).parents[2]
OPEN = (
    "import sys; from lab.home import find_home; from storage.client import open_store; "
    "store = open_store(find_home(sys.argv[1], sys.argv[1] + '/lab.duckdb')); "
    "print(store.health()['pid'], flush=True)"
)


LONG = "SELECT count(*) AS n FROM range(60000000) a, range(2) b WHERE hash(a.range) % 3 = 0"
"""A read that takes about a second."""


def named(name: str) -> r.Checkpoint:
    return r.Checkpoint(name=name, kind=r.CheckpointKind.EXTERNAL)


def pid_of(home: Home) -> int:
    address = read_address(find_places(home.database))
    assert address is not None
    return address.pid


def wait_until_gone(home: Home) -> None:
    with hold_lock(find_places(home.database).owner_lock, 20.0) as is_gone:
        assert is_gone


def python(*arguments: str, **options: object) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *arguments], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def test_the_address_is_for_this_user_only(home: Home) -> None:
    with open_store(home):
        path = find_places(home.database).address
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        address = read_address(find_places(home.database))
        assert address is not None
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer \u00e9"}):
            encoded = {key: value.encode() for key, value in headers.items()}
            assert httpx.get(f"{address.url}/health", headers=encoded).status_code == 401
    assert stop_owner(home)
    assert not path.exists()
    assert not stop_owner(home)


def test_a_killed_owner_is_replaced_within_a_call(home: Home) -> None:
    with open_store(home) as store:
        store.add([named("before")])
        first = pid_of(home)
        os.kill(first, signal.SIGKILL)
        store.add([named("after")])
        assert [one.name for one in checkpoints.every(store)] == ["before", "after"]
        assert pid_of(home) != first


def test_an_idle_owner_leaves_and_a_busy_one_stays(home: Home) -> None:
    with open_store(home, idle_seconds=0.3) as store:
        first = pid_of(home)
        assert store.rows(LONG)
        assert pid_of(home) == first
        wait_until_gone(home)
        assert not find_places(home.database).address.exists()
        store.add([named("again")])
        assert pid_of(home) != first


def test_ctrl_c_in_the_terminal_does_not_reach_the_owner(home: Home) -> None:
    parent = python("-c", OPEN + "; import time; time.sleep(60)", str(home.path),
                    start_new_session=True)  # fmt: skip
    with parent:
        owner = int(parent.stdout.readline())
        os.killpg(parent.pid, signal.SIGINT)
        parent.communicate()
    assert os.getsid(owner) == owner
    with open_store(home) as store:
        assert store.health()["pid"] == owner


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_owner_that_is_asked_to_end_closes_the_file(home: Home, number: int) -> None:
    with open_store(home) as store:
        store.add([named("kept")])
        os.kill(pid_of(home), number)
        wait_until_gone(home)
    assert not Path(home.database + ".wal").exists()
    with duckdb.connect(home.database, read_only=True) as direct:
        assert direct.execute("SELECT name FROM checkpoints").fetchall() == [("kept",)]


def test_simultaneous_starts_give_one_owner(home: Home) -> None:
    processes = [python("-c", OPEN, str(home.path)) for _ in range(8)]
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, answers
    assert len({answer for answer, _ in answers}) == 1


def test_a_fatal_error_ends_the_owner_at_once(tmp_path: Path) -> None:
    script = (
        "import duckdb, sys; from pathlib import Path; from storage.database import open_database\n"
        "from storage.migrate import migrate, read_migrations\n"
        "from storage.writer import Job, Writer\n"
        "connection = open_database(Path(sys.argv[1])); migrate(connection, read_migrations())\n"
        "writer = Writer(connection); writer.start()\n"
        "def fail(*_): raise duckdb.FatalException('broken')\n"
        "writer.submit(Job([], fail)).result()"
    )
    with python("-c", script, str(tmp_path / "lab.duckdb")) as process:
        _, error = process.communicate()
    assert process.returncode == 70
    assert "fatal error of the database" in error


def test_an_endless_read_does_not_keep_the_owner(home: Home) -> None:
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range < b.range"
    with open_store(home) as store, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(store.rows, endless)
        while not is_reading(home):
            time.sleep(0.01)
        assert stop_owner(home)
        with pytest.raises(StoreError, match="INTERRUPT"):
            answer.result()


def is_reading(home: Home) -> bool:
    """Say whether the owner has been busy for longer than any start takes."""
    used = Path(f"/proc/{pid_of(home)}/stat").read_text().split()[13]
    return int(used) > 1.5 * os.sysconf("SC_CLK_TCK")


def test_threads_share_a_store(home: Home) -> None:
    with open_store(home) as store, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda i: store.add([named(str(i))]), range(64)))
        assert len(checkpoints.every(store)) == 64


def test_one_bad_write_does_not_fail_its_neighbours(home: Home) -> None:
    bad = r.Prompt(dataset_id=r.new_id(), key="k", split=r.Split.TEST, text="")

    def write(i: int) -> bool:
        try:
            store.add([bad] if i % 4 == 0 else [named(str(i))])
        except StoreError:
            return False
        return True

    with open_store(home) as store, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(write, range(64))) == [i % 4 != 0 for i in range(64)]
        assert len(checkpoints.every(store)) == 48


def test_a_long_read_does_not_hold_up_writes(home: Home) -> None:
    with open_store(home) as store:
        done = threading.Event()

        def read() -> None:
            store.rows(LONG)
            done.set()

        reader = threading.Thread(target=read)
        reader.start()
        store.add([named("meanwhile")])
        assert not done.is_set()
        reader.join()


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: path.write_text("x" * 5000), "is not a DuckDB database; move it away"),
        (lambda path: path.mkdir(), "is a folder; choose a file"),
    ],
)
def test_a_file_that_is_no_database(home: Home, prepare: object, message: str) -> None:
    home.path.mkdir()
    prepare(Path(home.database))
    with pytest.raises(StoreError, match=message):
        open_store(home)


def test_a_file_in_another_programs_hands(home: Home) -> None:
    home.path.mkdir()
    hold = (
        f"import duckdb, sys; c = duckdb.connect({home.database!r}); print(1, flush=True); input()"
    )
    with python("-c", hold, stdin=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(StoreError, match=r"is open in another program.*close that program"):
            open_store(home)
        other.communicate("\n")
    with open_store(home) as store:
        assert checkpoints.every(store) == []


def test_a_database_that_is_no_file() -> None:
    with pytest.raises(StoreError, match="set LAB_DATABASE to a DuckDB file's path"):
        open_store(Home(Path("x"), "postgresql://host/lab"))


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot make the folder .* choose another with LAB_HOME"):
        open_store(find_home(tmp_path / "file" / "x", str(tmp_path / "file" / "x" / "a.duckdb")))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    if os.getuid() == 0 and not can_be_nobody():
        pytest.skip("root may write everywhere, and cannot become another user here")
    tmp_path.chmod(0o555)
    script = (
        "import os, sys\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from storage.places import find_places, prepare_folder\n"
        "prepare_folder(find_places(sys.argv[1]).database)"
    )
    # Imported before the change of user, who may not read the checkout.
    script = "import storage.places\n" + script
    folder = reachable(tmp_path)
    with python("-c", script, str(folder / "lab.duckdb")) as process:
        _, error = process.communicate()
    tmp_path.chmod(0o755)
    assert "cannot be written; give yourself the right to write there" in error


def can_be_nobody() -> bool:
    with python("-c", "import os; os.setgroups([]); os.setuid(65534)") as process:
        process.communicate()
    return process.returncode == 0


def reachable(path: Path) -> Path:
    """Let others enter the folders that pytest makes for this user only."""
    for folder in [*path.parents][:3]:
        if folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return path


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lab.duckdb"
    path.write_bytes(b"")
    monkeypatch.setattr(os, "access", lambda file, mode: Path(file) != path)
    with pytest.raises(StoreError, match="cannot be read and written"):
        open_store(find_home(tmp_path, str(path)))


def test_an_owner_that_hangs_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.owner.PREDECESSOR_SECONDS", 0.0)
    from storage.owner import own

    with open_store(home):
        places = find_places(home.database)
        with pytest.raises(OwnerError, match=f"process {pid_of(home)} owns .* end it"):
            own(places, 1.0)
