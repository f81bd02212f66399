"""Metrics of others into ours: of the `evaluate` hub by name, and of a user's own file."""

from __future__ import annotations

import importlib.util
import inspect
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from lab.errors import ConfigError, LabError
from lab.metrics.aids import Aids, Need
from lab.metrics.types import Metric, ScoreInput, Value

HUB = "evaluate:"
"""How a name of the hub begins."""

GIVEN: dict[str, Callable[[ScoreInput], str | None]] = {
    "predictions": lambda given: given.generation.text,
    "references": lambda given: given.prompt.reference,
    "prompts": lambda given: given.prompt.text,
    "sources": lambda given: given.prompt.source,
}
"""What a function may take, by the name of its parameter."""


class OwnMetricError(LabError):
    """A metric from elsewhere failed, or gave something else than a number per text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A loaded metric of `evaluate` or a function, and how to call it."""

    name: str
    """What messages call it."""

    call: Callable[..., Any]
    """Takes lists by name; returns a list, or a dict of lists or numbers."""

    takes: tuple[str, ...]
    """Names of the lists, of GIVEN."""

    key: str | None = None
    """Which entry of a dict is the score; None where there is one only."""

    wrapped: bool = False
    """Whether each reference stands in a list of its own."""

    strict: bool = False
    """Whether a text without a reference is left out: `evaluate` takes no None."""

    memory: list[bool] = field(default_factory=list, repr=False, compare=False)
    """Whether whole lists give one number per text, found out at the first call."""


def is_foreign(name: str) -> bool:
    """Tell whether a name is of a metric that is not ours.

    Args:
        name: what `--metric` was given.
    """
    return name.startswith(HUB) or _file_and_key(name) is not None


def foreign_metric(name: str) -> Metric:
    """Make a metric of a hub's name or of a user's file.

    Args:
        name: "evaluate:NAME", "evaluate:NAME:KEY", "path/to/file.py" or "path/to/file.py:KEY"; NAME
            may be a folder with a metric of the hub, which needs no connection.

    Returns:
        The metric; its version has the hash of the file, or of the hub's script.

    Raises:
        ConfigError: there is no such metric, it cannot be loaded, or it takes what the lab has
            not.
    """
    found = _file_and_key(name)
    if found is None:
        return _hub_metric(name)
    path, key = found
    content = _content(path)
    loaded = _of_module(_module(path), path, key)
    return _metric(path.stem + (f":{key}" if key else ""), loaded, f"file:{_hash(content)}", None)


def _file_and_key(name: str) -> tuple[Path, str | None] | None:
    path, dot, key = name.partition(".py:")
    if dot:
        return Path(path + ".py"), key
    return (Path(name), None) if name.endswith(".py") else None


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"metric file {str(path)!r} cannot be read: {error.strerror}") from error


def _module(path: Path) -> ModuleType:
    name = f"own_metric_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"metric file {str(path)!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a user's file may raise
        raise ConfigError(
            f"metric file {str(path)!r} does not run: {type(error).__name__}: {error}"
        ) from error
    return module


def _of_module(module: ModuleType, path: Path, key: str | None) -> Foreign:
    import evaluate

    compute = getattr(module, "compute", None)
    if inspect.isfunction(compute):
        return _of_function(compute, path, key)
    classes = [
        one
        for one in vars(module).values()
        if inspect.isclass(one)
        and issubclass(one, evaluate.Metric)
        and one.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise ConfigError(
            f"metric file {str(path)!r} defines {len(classes)} classes of evaluate.Metric and no "
            "function `compute`; define one class, or compute(predictions, references) that "
            "returns one number per text"
        )
    return _of_evaluate(path.stem, _made(classes[0], path), key)


def _of_function(compute: Callable[..., Any], path: Path, key: str | None) -> Foreign:
    takes = tuple(inspect.signature(compute).parameters)
    if unknown := [name for name in takes if name not in GIVEN]:
        raise ConfigError(
            f"metric file {str(path)!r}: compute() takes {unknown[0]!r}, which the lab does not "
            f"give; it gives: {', '.join(GIVEN)}"
        )
    return Foreign(name=path.stem, call=compute, takes=takes, key=key)


def _made(kind: Any, path: Path) -> Any:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            return kind(keep_in_memory=True, cache_dir=folder)
        except Exception as error:  # whatever a user's class may raise
            raise ConfigError(
                f"metric file {str(path)!r}: {kind.__name__} cannot be made: {error}"
            ) from error


def _of_evaluate(name: str, metric: Any, key: str | None) -> Foreign:
    features = metric.features
    features = features[0] if isinstance(features, list) else features
    if unknown := [field for field in features if field not in ("predictions", "references")]:
        raise ConfigError(
            f"metric {name!r} takes {unknown[0]!r}, which the lab does not give; it gives texts "
            "as predictions and references. A file of your own can bring the rest"
        )
    reference = features.get("references")
    return Foreign(
        name=name,
        call=metric.compute,
        takes=tuple(features),
        key=key,
        wrapped=reference is not None and getattr(reference, "dtype", None) != "string",
        strict=True,
    )


def _hub_metric(name: str) -> Metric:
    import evaluate

    from lab.models.quiet import quiet

    called, _, key = name.removeprefix(HUB).partition(":")
    try:
        with quiet():
            loaded = evaluate.load(called, keep_in_memory=True)
    except Exception as error:  # the hub, missing packages and scripts raise a dozen kinds
        raise ConfigError(
            f"metric {called!r} of `evaluate` cannot be loaded: {_first_line(error)}. Without a "
            "connection only metrics that were loaded before work; otherwise give its folder, "
            "`--metric evaluate:FOLDER`, or a file, `--metric FILE.py`"
        ) from error
    script = Path(inspect.getfile(type(loaded))).read_bytes()
    plain = Path(called).resolve().name if Path(called).is_dir() else called
    found = _of_evaluate(plain, loaded, key or None)
    name = f"{HUB}{plain}" + (f":{key}" if key else "")
    return _metric(name, found, f"hub:{_hash(script)}", "evaluate")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _metric(name: str, loaded: Foreign, definition: str, library: str | None) -> Metric:
    needs: frozenset[Need] = frozenset({"reference"} if loaded.strict else ())
    return Metric(
        name=name,
        definition=definition,
        library=library,
        better="neither",
        range=(-math.inf, math.inf),
        needs=needs if "references" in loaded.takes else frozenset(),
        compute=partial(compute, loaded),
    )


def compute(loaded: Foreign, inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Compute a metric of the `evaluate` hub or of a user's own file.

    Range, direction, needs and paper are whatever its author says. No value for a text without a
    reference where it reads one, and where it gives None or no finite number.
    """
    usable = [
        given
        for given in inputs
        if not (loaded.strict and "references" in loaded.takes and given.prompt.reference is None)
    ]
    found = iter(_numbers(loaded, usable))
    kept = {id(given) for given in usable}
    return [
        _value(next(found), loaded)
        if id(given) in kept
        else Value(None, "the prompt has no reference")
        for given in inputs
    ]


def _value(number: Any, loaded: Foreign) -> Value:
    if number is None:
        return Value(None, f"metric {loaded.name!r} gave no value")
    try:
        value = float(number)
    except (TypeError, ValueError) as error:
        raise OwnMetricError(
            f"metric {loaded.name!r} gave {number!r} for a text; it must give a number or None"
        ) from error
    if not math.isfinite(value):
        return Value(None, f"metric {loaded.name!r} gave no finite number")
    return Value(value)


def _numbers(loaded: Foreign, inputs: Sequence[ScoreInput]) -> list[Any]:
    """Call with all texts; one at a time where that gives one number for all of them."""
    if not inputs:
        return []
    if not loaded.memory or loaded.memory[0]:
        scores = _scores(loaded, _called(loaded, inputs))
        together = isinstance(scores, Sequence) and len(scores) == len(inputs)
        loaded.memory[:] = [together]
        if together:
            return list(scores)
        if not loaded.strict:
            raise OwnMetricError(
                f"compute() of metric {loaded.name!r} gave {_shown(scores)} for {len(inputs)} "
                "texts; it must give a list of one number per text"
            )
    return [_single(loaded, _scores(loaded, _called(loaded, [given]))) for given in inputs]


def _single(loaded: Foreign, scores: Any) -> Any:
    if isinstance(scores, Sequence) and len(scores) != 1:
        raise OwnMetricError(f"metric {loaded.name!r} gave {_shown(scores)} for one text")
    return scores[0] if isinstance(scores, Sequence) else scores


def _called(loaded: Foreign, inputs: Sequence[ScoreInput]) -> Any:
    lists: dict[str, Any] = {
        name: [GIVEN[name](given) for given in inputs] for name in loaded.takes
    }
    if loaded.strict:
        lists = {name: [_storable(text) for text in texts] for name, texts in lists.items()}
    if loaded.wrapped:
        lists["references"] = [[reference] for reference in lists["references"]]
    try:
        return loaded.call(**lists)
    except Exception as error:  # whatever a metric of others may raise
        raise OwnMetricError(
            f"metric {loaded.name!r} failed: {type(error).__name__}: {_first_line(error)}"
        ) from error


def _storable(text: str) -> str:
    """Replace lone surrogates, which Arrow cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _scores(loaded: Foreign, output: Any) -> Any:
    """Pick the score out of what a metric returned."""
    if hasattr(output, "tolist"):
        output = output.tolist()
    if not isinstance(output, dict):
        return output
    numeric = [name for name, one in output.items() if _is_numeric(one)]
    key = loaded.key or (loaded.name if loaded.name in numeric else None)
    if key is None and len(numeric) == 1:
        key = numeric[0]
    if key not in numeric:
        raise ConfigError(
            f"metric {loaded.name!r} gives {', '.join(numeric) or 'no numbers'}; name one: "
            f"`--metric …:{numeric[0] if numeric else 'KEY'}`"
        )
    found = output[key]
    return found.tolist() if hasattr(found, "tolist") else found


def _is_numeric(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, bool):
        return False
    return isinstance(first, int | float) or hasattr(first, "dtype")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:60]}…"
