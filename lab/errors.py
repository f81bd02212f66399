"""The errors that a user can mend, each a sentence that says what to do.

LabError
├── InputError        a file or row that the lab cannot take in
├── UnknownNameError  a checkpoint, data set, study, metric, … that does not exist
├── ConfigError       settings that contradict one another
├── CheckpointError   a checkpoint folder that is missing, broken or half written
├── TrainingError     a training run that cannot go on (NaN, divergence, no data)
├── StoreError        the database cannot be opened, is newer than this lab, or refuses
│   └── OwnerError    the owner process cannot be started or reached
├── ReviewError       an answer or an assignment that the study does not allow
└── ServeError        an app that cannot be started (port in use, no accounts, …)
"""

from __future__ import annotations


class LabError(Exception):
    """A problem that the user can mend; its text says what failed, what was given, what to do."""


class InputError(LabError):
    """A file, line or field cannot be taken in; names the file, the line, the field, the value."""


class UnknownNameError(LabError):
    """A name that the store does not hold; lists the names that it does hold."""

    @classmethod
    def of(cls, kind: str, name: str, known: list[str], hint: str = "") -> UnknownNameError:
        """Build the usual sentence.

        Args:
            kind: the word for the thing, e.g. "checkpoint".
            name: what was asked for.
            known: the names that exist; at most eight are listed.
            hint: what to do where there is none, e.g. "train one with `lab train`".
        """
        listed = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
        there = f"there is: {listed}" if known else "there is none yet"
        return cls(f"no {kind} named {name!r}; {there}" + (f"; {hint}" if hint else ""))


class ConfigError(LabError):
    """Settings that cannot be used together, or a settings file with unknown fields."""


class CheckpointError(LabError):
    """A checkpoint folder that is missing, incomplete or of an unknown kind."""


class TrainingError(LabError):
    """A training run that cannot start or go on; names the step and the learning rate."""


class StoreError(LabError):
    """The database cannot be opened, is newer than this lab, or refuses what was asked."""


class OwnerError(StoreError):
    """The process that owns the database cannot be started or reached."""


class ReviewError(LabError):
    """An answer or an assignment that the study does not allow."""


class ServeError(LabError):
    """An app that cannot be started."""
