"""Texts that a check has not seen into its outcomes, with all that it looks at, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.checks.run import Aids, Check, CheckOutcome
    from lab.records import Calibration, Generation, Prompt
    from storage.client import Store

BATCH = 256
"""Generations checked and stored at a time."""

BACKGROUND_ROWS = 5_000
"""Most rows of a data set from which a check learns what is usual there."""


def load_models(checks: Sequence[Check], encoder: str | None, entailment: str | None) -> Aids:
    """Load the models that the chosen checks look at.

    Args:
        checks: the checks.
        encoder: name or folder of an encoder.
        entailment: name or folder of a sequence classifier.

    Raises:
        InputError: a check cannot be made without a model that is not given.
        LabError: a model cannot be loaded.
    """
    from lab.checks.run import Aids
    from lab.errors import InputError

    needed = {model: check.name for check in checks for model in check.models}
    if "entailment" in needed and needed["entailment"] == "nli" and entailment is None:
        raise InputError("the check nli needs a sequence classifier; name one with --entailment")
    if "encoder" in needed and encoder is None:
        raise InputError("the check align needs an encoder; name one with --encoder")
    aids = Aids()
    if "encoder" in needed and encoder is not None:
        from lab.metrics.encoder import load_encoder

        aids = replace(aids, encoder=load_encoder(encoder))
    if "entailment" in needed and entailment is not None:
        from lab.checks.entailment import load_entailment

        aids = replace(aids, entailment=load_entailment(entailment))
    return aids


def outcomes(store: Store, check: Check, models: Aids) -> Iterator[list[CheckOutcome]]:
    """Check what is missing.

    Args:
        store: the store.
        check: the check.
        models: the models that it looks at.

    Yields:
        Outcomes of a batch, with their risk where the data set is calibrated; those that there
        was again nothing to check with are left out.
    """
    from storage import checks, generations, prompts

    version = check.version_with(models)
    wanted = checks.missing(store, check.name, version, again=bool(check.needs))
    known = checks.calibrations(store, check.name, version)
    usual: dict[str, Aids] = {}
    for first in range(0, len(wanted), BATCH):
        rows = list(generations.by_ids(store, wanted[first : first + BATCH]).values())
        found = prompts.by_ids(store, sorted({row.prompt_id for row in rows}))
        for dataset_id in {prompt.dataset_id for prompt in found.values()} - usual.keys():
            usual[dataset_id] = learn_usual(store, dataset_id, models)
        aids = _aids(store, check, rows, found, usual)
        made = [
            (found[row.prompt_id], row, check.run(row, found[row.prompt_id], one))
            for row, one in zip(rows, aids, strict=True)
        ]
        yield [
            with_risk(one, row, prompt, known.get(prompt.dataset_id), usual[prompt.dataset_id])
            for prompt, row, one in made
            if not (check.needs and one.result.status == "not_applicable" and _seen(store, one))
        ]


def _seen(store: Store, one: CheckOutcome) -> bool:
    from storage import checks

    return checks.has_result(store, one.result.generation_id, one.result.checker)


def learn_usual(store: Store, dataset_id: str, models: Aids) -> Aids:
    """Learn what is usual in a data set from its training rows, else from all it has.

    Args:
        store: the store.
        dataset_id: the data set.
        models: the models to go with it.
    """
    from lab.checks.run import fit_background, fit_rarity
    from lab.commands.prepared import prompts_of
    from lab.records import Split
    from storage import datasets, prompts

    dataset = datasets.by_id(store, dataset_id)
    rows = prompts_of(store, dataset, Split.TRAIN, BACKGROUND_ROWS)
    rows = rows or prompts.read(store, dataset_id, None, BACKGROUND_ROWS)
    return replace(models, background=fit_background(rows), rarity=fit_rarity(rows))


def _aids(
    store: Store,
    check: Check,
    rows: Sequence[Generation],
    found: dict[str, Prompt],
    usual: dict[str, Aids],
) -> list[Aids]:
    from storage import checks

    samples = checks.samples(store, rows) if "samples" in check.needs else {}
    tokens = (
        checks.token_scores(store, [row.id for row in rows])
        if "token_scores" in check.needs
        else {}
    )
    return [
        replace(
            usual[found[row.prompt_id].dataset_id],
            samples=samples.get((row.prompt_id, row.checkpoint_id), ()),
            token_scores=tokens.get(row.id),
        )
        for row in rows
    ]


def with_risk(
    outcome: CheckOutcome,
    generation: Generation,
    prompt: Prompt,
    calibration: Calibration | None,
    aids: Aids,
) -> CheckOutcome:
    """Add what a calibration makes of an outcome's score.

    Args:
        outcome: what a check said.
        generation: of this text.
        prompt: its prompt.
        calibration: of the check, for the prompt's data set; None for none.
        aids: what is usual in the data set.
    """
    from lab.analysis.checks.fitting import risk_of
    from lab.checks.source import components

    score = outcome.result.score
    if calibration is None or score is None:
        return outcome
    config = calibration.config
    parts = components(generation, prompt, aids) if config["weights"] else None
    if config["weights"] and (parts is None or len(parts) + 1 != len(config["weights"])):
        return outcome
    risk = risk_of(config["intercept"], config["slope"], config["weights"], score, parts)
    result = replace(outcome.result, risk=risk, calibration_id=calibration.id)
    return replace(outcome, result=result)
