"""Turns programs that should run into programs that do, until told to stop or one dies for good."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from apps.program import USERS_FAULT, Program, stop
from apps.serving import STOP_SIGNALS


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Looks after a few programs."""

    programs: Sequence[Program]
    """What has to run."""

    say: Callable[[str], None]
    """Where progress goes, a line at a time."""

    on_ready: Callable[[], None]
    """Called once, when all are healthy."""

    restarts: int = 3
    """How many deaths of one program within `seconds` are mended."""

    seconds: float = 300.0
    """The window of time in which deaths are counted, in seconds."""

    patience: float = 180.0
    """How long a program may take until it is first healthy, in seconds."""

    stopping: bool = False
    """Whether a signal has come."""

    _waiting: dict[str, float] = field(default_factory=dict)
    _been_ready: set[str] = field(default_factory=set)

    def run(self) -> int:
        """Start all, keep them running, stop all.

        Returns:
            0 after a signal; 1 when a program died for good, which was then said.
        """
        with self._signals():
            try:
                for program in self.programs:
                    self._start(program)
                return self._watch()
            finally:
                stop(self.programs)

    def _watch(self) -> int:
        told = False
        while not self.stopping:
            for program in self.programs:
                if not self._look_after(program):
                    return 1
            if not told and not self._waiting and not self.stopping:
                told = True
                self.on_ready()
            time.sleep(0.1)
        return 0

    def _look_after(self, program: Program) -> bool:
        """Mend what can be mended.

        Returns:
            False if the program is beyond mending.
        """
        code = program.exit_code()
        if code is not None:
            return self._mend(program, code)
        since = self._waiting.get(program.name)
        if since is None:
            return True
        if program.is_healthy():
            del self._waiting[program.name]
            self._been_ready.add(program.name)
            self.say(f"{program.name} is ready ({time.monotonic() - since:.0f} s)")
        elif time.monotonic() - since > self.patience:
            self.say(
                f"{program.name} did not become ready in {self.patience:.0f} s; "
                f"see {program.log_path}"
            )
            return False
        return True

    def _mend(self, program: Program, code: int) -> bool:
        if self.stopping:
            return True
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        moment = time.monotonic()
        program.deaths = [when for when in program.deaths if when > moment - self.seconds]
        program.deaths.append(moment)
        # What never worked will not work the next time.
        hopeless = code == USERS_FAULT or program.name not in self._been_ready
        if hopeless or len(program.deaths) > self.restarts:
            self.say(f"{program.name} cannot run: {program.last_words()}")
            self.say(f"stopping everything; what it wrote is in {program.log_path}")
            return False
        n_deaths = f"{len(program.deaths)} of {self.restarts} times"
        self.say(f"{program.name} died ({how}) and is started again ({n_deaths})")
        # What its group left behind could still hold the port.
        program.send(signal.SIGKILL)
        self._start(program)
        return True

    def _start(self, program: Program) -> None:
        program.start()
        self._waiting[program.name] = time.monotonic()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def note(number: int, frame: FrameType | None) -> None:
            # A flag, since an exception could fall between a start and its being noted.
            self.stopping = True

        before = {one: signal.signal(one, note) for one in STOP_SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
