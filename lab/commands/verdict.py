"""Say who is better, how sure that is, and who cannot be told apart: the dashboard's page in words.

The verdict may be looked at after every vote; the leaderboard is for one look at the planned end.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    import pandas as pd

    from lab.analysis.preferences.bradley_terry import BradleyTerry
    from storage.client import Store

EXAMPLES = """\
examples:
  lab verdict                                    every criterion, all studies together
  lab verdict first                              one study
  lab verdict first --pair candidate baseline    the pair that the verdict is about
  lab verdict "first v2" --criterion fluency --smallest 3
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the study, the criterion, the pair and the smallest difference that matters."""
    parser.add_argument("study", nargs="?", help="only this study (default: all together)")
    flags.add_home(parser)
    parser.add_argument("--criterion", help="only this one (default: all that were voted on)")
    parser.add_argument(
        "--pair",
        nargs=2,
        metavar=("CHECKPOINT", "OPPONENT"),
        help="which two the verdict is about (default: those compared most often)",
    )
    parser.add_argument(
        "--smallest",
        type=float,
        default=5.0,
        metavar="POINTS",
        help="smallest difference from 50 %% that matters, in percentage points (default: 5)",
    )
    parser.set_defaults(handler=_verdict)


def _verdict(arguments: argparse.Namespace) -> None:
    from lab.analysis.preferences import choosing
    from lab.errors import UnknownNameError
    from lab.home import find_home
    from storage.client import open_store

    _check(arguments)
    with open_store(find_home(arguments.home)) as store:
        votes, controls, names = _read(store, arguments.study)
    if votes.empty:
        say("no votes yet; open a study with pairs (`lab study create --help`) and let people vote")
        return
    voted = choosing.voted_criteria(votes)
    wanted = arguments.criterion
    if wanted is not None and wanted not in voted:
        raise UnknownNameError.of("voted criterion", wanted, list(voted))
    met = {*votes["checkpoint_a"], *votes["checkpoint_b"]}
    for name in arguments.pair or ():
        if name not in met:
            raise UnknownNameError.of("checkpoint with votes", name, sorted(met))
    for criterion in (wanted,) if wanted else voted:
        _print_verdict(votes, controls, names, criterion, arguments)
        _print_leaderboard(votes, criterion)


def _check(arguments: argparse.Namespace) -> None:
    from lab.errors import ConfigError

    if not 0 < arguments.smallest < 50:
        raise ConfigError(
            f"--smallest {arguments.smallest:g}: it is in percentage points and must lie between "
            "0 and 50, e.g. 5 for 55 against 45 %"
        )
    if arguments.pair and arguments.pair[0] == arguments.pair[1]:
        raise ConfigError(f"--pair: both are {arguments.pair[0]!r}; a verdict needs two")


def _read(store: Store, label: str | None) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the votes and controls of one study, or of all, and all checkpoints' names."""
    from lab.errors import UnknownNameError
    from storage import checkpoints, frames, studies

    votes, controls = frames.votes(store), frames.controls(store)
    names = list(dict.fromkeys(found.name for found in checkpoints.systems(store)))
    if label is None:
        return votes, controls, names
    known = [studies.label(study) for study, _ in studies.every(store)]
    if label not in known:
        raise UnknownNameError.of("study", label, known[::-1], "`lab study status` lists them")
    return votes[votes["study"] == label], controls[controls["study"] == label], names


def _print_verdict(
    votes: pd.DataFrame,
    controls: pd.DataFrame,
    names: list[str],
    criterion: str,
    arguments: argparse.Namespace,
) -> None:
    from lab.analysis.preferences import choosing
    from lab.analysis.verdict import explaining
    from lab.analysis.verdict.watching import watch

    pair = arguments.pair or choosing.most_compared(votes, criterion, names)
    if pair is None:
        say(f"\n{criterion}: no two checkpoints were compared")
        return
    checkpoint, opponent = pair
    found = watch(
        votes,
        checkpoint,
        opponent,
        criterion,
        smallest=arguments.smallest / 100,
        noise=choosing.noise_floor(controls, criterion),
    )
    say(f"\n{criterion}: {found.sentence}")
    say(explaining.meaning(found))
    for caution in explaining.cautions(found, len(choosing.compared(votes, criterion, names))):
        say(f"note: {caution}")


def _print_leaderboard(votes: pd.DataFrame, criterion: str) -> None:
    from lab.analysis.preferences.bradley_terry import bradley_terry
    from lab.analysis.verdict import explaining

    model = bradley_terry(votes, criterion)
    if model.places:
        table(*_rows(model), title=explaining.about_leaders(model))
    for remark in model.remarks:
        say(f"note: {remark}")
    for sentence in (
        explaining.about_side(model),
        explaining.about_ties(model),
        explaining.about_both_bad(model),
    ):
        say(sentence)


def _rows(model: BradleyTerry) -> tuple[list[str], list[tuple[object, ...]]]:
    columns = ["place", "checkpoint", "strength", "95 % interval", "tied with", "votes", "both bad"]
    rows: list[tuple[object, ...]] = []
    for one in model.places:
        best, worst = one.best_rank, one.worst_rank
        around = one.interval
        rows.append(
            (
                str(best) if best == worst else f"{best} to {worst}",
                one.checkpoint,
                None if one.strength is None else round(one.strength, 2),
                f"{around.low:.2f} to {around.high:.2f}" if around else one.reason,
                _shortened(one.tied_with),
                one.n_votes,
                one.n_both_bad,
            )
        )
    return columns, rows


def _shortened(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
