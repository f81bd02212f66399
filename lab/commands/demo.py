"""Run the whole loop on the embedded world: data, train, sample, score, check, study, apps."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import say

if TYPE_CHECKING:
    from lab.home import Home

EXAMPLES = """\
examples:
  lab demo                  everything, then both apps; Ctrl-C ends them
  lab demo --no-serve       ends once the study is open

Run again, it goes on where it was: nothing is trained or sampled twice.
"""

SEED = 1
N_TRAIN, N_VALIDATION, N_TEST = 16_000, 200, 200
N_SAMPLED = 40
TEMPLATE = "{source}\n"
CHECKPOINTS: dict[str, dict[str, object]] = {
    "candidate": {"layers": 3, "steps": 900},
    "baseline": {"layers": 2, "steps": 330},
    "lstm": {"architecture": "lstm", "width": 256, "layers": 1, "steps": 300},
}
"""What is trained, the longest first."""

JUDGE = "lstm"
STUDIES: dict[str, dict[str, object]] = {
    "demo": {"title": "Stories: which is better?", "n_prompts": 12, "degraded": 0.25},
    "faults": {
        "title": "Stories: what is made up?",
        "design": "spans",
        "n_prompts": 6,
        "suggestions": 0.5,
        "repeats": 0.0,
    },
}
"""What reviewers are given: ratings and blind pairs; and faulty pieces to mark."""

ACCOUNTS = {"reviewer": "reviewer", "reviewer-2": "reviewer", "lead": "lead", "analyst": "analyst"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add whether and where the apps are served."""
    flags.add_home(parser)
    parser.add_argument("--no-serve", action="store_true", help="end once the study is open")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--review-port", type=int, default=7860, help="(default: 7860)")
    parser.add_argument("--dashboard-port", type=int, default=8501, help="(default: 8501)")
    parser.set_defaults(handler=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    import time

    from lab.home import find_home
    from storage.client import open_store

    started = time.perf_counter()
    home = find_home(arguments.home)
    with open_store(home):
        run_loop(home)
    say(f"\nthe loop ran in {time.perf_counter() - started:.0f} s; it all lies in {home.path}")
    sign_ins = make_accounts(home)
    if arguments.no_serve:
        _print_sign_ins(sign_ins)
        say("next: `lab up` serves the review app and the dashboard")
        return 0
    return _serve(home, arguments, sign_ins)


def run_loop(home: Home) -> None:
    """Do whatever of the loop is not done yet, up to an open study."""
    from lab.commands.check import check_generations, print_rates
    from lab.commands.score import Asked, score_generations

    _write_world(home)
    _train(home)
    _sample(home)
    score_generations(home, Asked(judge=JUDGE))
    check_generations(home, None)
    print_rates(home)
    _open_studies(home)


def _write_world(home: Home) -> None:
    from lab.commands.data import write_world
    from storage import datasets
    from storage.client import open_store

    with open_store(home) as store:
        if any(dataset.name == "world" for dataset in datasets.every(store)):
            return
    write_world(home, SEED, N_TRAIN, N_VALIDATION, N_TEST)


def _train(home: Home) -> None:
    from lab.commands.side_by_side import train_side_by_side
    from lab.train.config import TrainConfig
    from storage import checkpoints
    from storage.client import open_store

    with open_store(home) as store:
        there = {checkpoint.name for checkpoint in checkpoints.every(store)}
    configs = [
        TrainConfig(name=name, template=TEMPLATE, seed=SEED, threads=1, **settings)  # type: ignore[arg-type]
        for name, settings in CHECKPOINTS.items()
        if name not in there
    ]
    if configs:
        train_side_by_side(home, "world", configs)


def _sample(home: Home) -> None:
    from lab.commands.sample import sample_checkpoint
    from lab.sample.config import SampleConfig

    config = SampleConfig(strategy="sample", temperature=0.6, max_new_tokens=200, seed=SEED)
    for name in CHECKPOINTS:
        sample_checkpoint(home, name, "world", "test", N_SAMPLED, config)


def _open_studies(home: Home) -> None:
    from lab.commands.study import change_status, create_study
    from lab.study.protocol import Protocol
    from storage import studies
    from storage.client import open_store

    with open_store(home) as store:
        there = {study.name for study, _ in studies.every(store)}
    for name, fields in STUDIES.items():
        if name in there:
            continue
        protocol = Protocol(
            name=name,
            dataset="world",
            checkpoints=("baseline", "candidate"),
            reviewers_per_item=2,
            seed=SEED,
            **fields,  # type: ignore[arg-type]
        )
        create_study(home, protocol)
        change_status(home, name, "open")


def make_accounts(home: Home) -> dict[str, str]:
    """Make the demo's accounts once; their passwords are kept in a file only the owner can read.

    Returns:
        Sign-in name → password.
    """
    from lab.commands.account import add_account
    from storage import accounts
    from storage.client import open_store

    path = home.path / "demo-sign-ins.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    with open_store(home) as store:
        for name, role in ACCOUNTS.items():
            if accounts.named(store, name) is None:
                kept[name] = add_account(store, name, role)
                path.touch(mode=0o600)
                path.write_text(json.dumps(kept, indent=2))
    return kept


def _print_sign_ins(sign_ins: dict[str, str]) -> None:
    say("\nsign in as")
    for name, password in sign_ins.items():
        say(f"  {name:<12} password {password}")


def _serve(home: Home, arguments: argparse.Namespace, sign_ins: dict[str, str]) -> int:
    from apps.up import Addresses, up
    from lab.commands.up import print_addresses

    def on_ready(addresses: Addresses) -> None:
        say()
        print_addresses(addresses)
        _print_sign_ins(sign_ins)
        say(
            "\nwhat next: sign in to the review app as `reviewer` and judge a few texts (press ? "
            "for the keys);\nthen sign in to the dashboard as `analyst`: your answers are there. "
            "`lab --help` lists the rest."
        )

    return up(home, arguments.host, arguments.review_port, arguments.dashboard_port, on_ready)
