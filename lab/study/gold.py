"""Holds what the author of a study knows to be right about one item."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One item whose right answer is known: ratings of a text, a pair's winner, or faulty pieces.

    Its prompt is judged for this alone, never for the results.
    """

    prompt: str
    """Key of the prompt within the study's data set and split."""

    checkpoint: str | None = None
    """Name of the checkpoint whose text it is; for ratings and faulty pieces."""

    checkpoints: tuple[str, ...] = ()
    """Names of the two checkpoints whose texts are compared; for a winner."""

    ratings: dict[str, int] | None = None
    """The right value by criterion; criteria that are left out are not tested."""

    winner: str | None = None
    """Name of the checkpoint whose text is better overall, or "tie" or "both_bad"."""

    faulty: tuple[str, ...] | None = None
    """The faulty pieces of the text, each quoted; an empty list for a clean text."""

    explanation: str = ""
    """Why that is right; shown to the reviewer where it serves as training."""

    training: bool = False
    """Whether it comes first, with feedback, instead of hidden among the others."""

    def __post_init__(self) -> None:
        where = f"gold for prompt {self.prompt!r}"
        given = [name for name in ("ratings", "winner", "faulty") if self._has(name)]
        if len(given) != 1:
            raise ConfigError(
                f"{where}: it has {' and '.join(given) or 'no right answer'}; give exactly one "
                "of ratings, winner, faulty"
            )
        if given == ["winner"]:
            self._check_pair(where)
        elif self.checkpoint is None or self.checkpoints:
            raise ConfigError(
                f"{where}: {given[0]} are about one text; set checkpoint to the name of the one "
                "that wrote it, and leave checkpoints out"
            )
        if self.ratings == {}:
            raise ConfigError(f"{where}: ratings is empty; give a value for at least one criterion")
        if self.faulty and not all(piece.strip() for piece in self.faulty):
            raise ConfigError(f"{where}: faulty holds an empty piece; quote the piece, or use []")

    def _has(self, name: str) -> bool:
        return getattr(self, name) is not None

    def _check_pair(self, where: str) -> None:
        if len(set(self.checkpoints)) != 2 or len(self.checkpoints) != 2 or self.checkpoint:
            raise ConfigError(
                f"{where}: a winner needs two different texts; set checkpoints to two names, got "
                f"{list(self.checkpoints)}, and leave checkpoint out"
            )
        known = (*self.checkpoints, "tie", "both_bad")
        if self.winner not in known:
            raise ConfigError(
                f"{where}: winner is {self.winner!r}; it must be one of: {', '.join(known)}"
            )

    @property
    def kind(self) -> str:
        """What is asked about the item: "rate", "ab" or "spans"."""
        if self.winner is not None:
            return "ab"
        return "rate" if self.ratings is not None else "spans"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the one or two checkpoints whose texts it needs."""
        return self.checkpoints if self.checkpoint is None else (self.checkpoint,)
