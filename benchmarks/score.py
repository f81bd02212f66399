"""Times each metric: generations per second of CPU, peak memory, and against a plain library loop.

    python -m benchmarks.score [--texts 1000 10000] [--metric NAME …] [--encoder PATH]
                               [--judge PATH]

The texts are stories of the embedded world; the reference of each is another telling of the same
facts, so that no two are alike. One thread, CPU time, a process of its own per line; scored in the
batches of `lab score`. The library's loop takes texts one by one, as its own examples do; of it
1,000 texts are timed, of self-BLEU 120. Metrics that need a model run only where one is named, on
1,000 texts at most.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from lab.commands.scoring import BATCH
from lab.metrics.aids import Aids
from lab.metrics.run import METRICS, SET_METRICS, ScoreInput, score
from lab.metrics.whole import score_set
from lab.records import Generation, Prompt, Split
from lab.text import folded_words
from lab.world.facts import draw_facts
from lab.world.render import natural_prompt, story

TIMED_OF_LIBRARY = 1_000
TIMED_OF_SELF_BLEU = 120
MOST_UNDER_A_MODEL = 1_000
MODELS = {"encoder", "judge", "classifier"}

Loop = Callable[[Sequence[ScoreInput]], Any]


def main() -> None:
    """Print one line per metric and number of texts."""
    asked = _asked()
    os.environ["OMP_NUM_THREADS"] = "1"
    known = [*METRICS.values(), *SET_METRICS.values()]
    print(f"{'metric':22} {'texts':>8} {'texts/s':>10} {'CPU s':>8} {'MB':>6}  times the library")
    for metric in known:
        if asked.metric and metric.name not in asked.metric:
            continue
        if any(not getattr(asked, need, None) for need in metric.needs & {*MODELS, "source"}):
            continue
        most = MOST_UNDER_A_MODEL if metric.needs & MODELS else max(asked.texts)
        for n_texts in dict.fromkeys(min(n, most) for n in asked.texts):
            _print(metric.name, n_texts, _apart(_timed, metric.name, n_texts, asked), asked)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--metric", nargs="+")
    parser.add_argument("--encoder")
    parser.add_argument("--judge")
    return parser.parse_args()


def _apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own, so that its peak of memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _print(name: str, n_texts: int, timed: tuple[float, float], asked: argparse.Namespace) -> None:
    seconds, megabytes = timed
    line = f"{name:22} {n_texts:8,} {n_texts / seconds:10,.0f} {seconds:8.2f} {megabytes:6.0f}"
    if name in LIBRARIES and n_texts == min(asked.texts):
        ours, theirs, n = _apart(_against_library, name)
        line += f"  {theirs / ours:5.1f} ({n} texts: {ours:.3f} s, {theirs:.3f} s)"
    print(line, flush=True)


def _timed(name: str, n_texts: int, asked: argparse.Namespace) -> tuple[float, float]:
    """Return seconds of CPU and the megabytes that scoring added to the peak."""
    inputs, aids = told(n_texts), _aids(name, asked)
    _score(name, inputs[:64], aids)
    before, began = _peak(), time.process_time()
    _score(name, inputs, aids)
    return time.process_time() - began, _peak() - before


def _score(name: str, inputs: Sequence[ScoreInput], aids: Aids) -> None:
    if name in SET_METRICS:
        score_set(inputs, SET_METRICS[name], aids)
        return
    size = len(inputs) if METRICS[name].together else BATCH
    for first in range(0, len(inputs), size):
        score(inputs[first : first + size], METRICS[name], aids)


def _aids(name: str, asked: argparse.Namespace) -> Aids:
    """Load what the metric needs and nothing else."""
    needs = (METRICS.get(name) or SET_METRICS[name]).needs
    aids: dict[str, Any] = {}
    if "encoder" in needs:
        from lab.metrics.encoder import load_encoder

        aids["encoder"] = load_encoder(asked.encoder)
    if "judge" in needs:
        from lab.metrics.judge import load_judge

        aids["judge"] = load_judge(asked.judge)
    if "training" in needs:
        from lab.metrics.training import training_index

        aids["training"] = training_index(
            "world", [str(one.prompt.reference) for one in told(10_000)]
        )
    return Aids(**aids)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(n_texts: int) -> list[ScoreInput]:
    """Tell stories of the embedded world twice each: once as a generation, once as reference."""
    made = []
    for seed in range(n_texts):
        draw = random.Random(seed)
        facts = draw_facts(draw)
        prompt = Prompt(
            dataset_id="world",
            key=str(seed),
            split=Split.TEST,
            text=natural_prompt(facts, draw),
            reference=story(facts, draw),
        )
        text = story(facts, draw)
        generation = Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})
        made.append(ScoreInput(generation=generation, prompt=prompt))
    return made


def _against_library(name: str) -> tuple[float, float, int]:
    """Return our seconds, the library's, and of how many texts."""
    n_texts = TIMED_OF_SELF_BLEU if name == "self_bleu" else TIMED_OF_LIBRARY
    inputs, loop = told(n_texts), LIBRARIES[name]()
    _score(name, inputs[:8], Aids())
    loop(inputs[:8])
    found = []
    for run in (lambda: _score(name, inputs, Aids()), lambda: loop(inputs)):
        began = time.process_time()
        run()
        found.append(time.process_time() - began)
    return found[0], found[1], n_texts


def _rouge_score(kind: str) -> Loop:
    from rouge_score.rouge_scorer import RougeScorer

    from lab.sentences import split_sentences

    scorer = RougeScorer([kind], use_stemmer=True)

    def read(text: str) -> str:
        return "\n".join(split_sentences(text)) if kind == "rougeLsum" else text

    return lambda inputs: [
        scorer.score(read(one.prompt.reference), read(one.generation.text)) for one in inputs
    ]


def _sacrebleu(name: str) -> Loop:
    from sacrebleu.metrics import BLEU, CHRF

    metric = BLEU(effective_order=True) if name == "bleu" else CHRF(word_order=2)
    return lambda inputs: [
        metric.sentence_score(one.generation.text, [one.prompt.reference]) for one in inputs
    ]


def _nltk_meteor() -> Loop:
    from nltk.translate.meteor_score import single_meteor_score

    no_thesaurus = SimpleNamespace(synsets=lambda word: [])
    return lambda inputs: [
        single_meteor_score(
            folded_words(one.prompt.reference),
            folded_words(one.generation.text),
            wordnet=no_thesaurus,
        )
        for one in inputs
    ]


def _nltk_self_bleu() -> Loop:
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    smooth = SmoothingFunction().method1

    def loop(inputs: Sequence[ScoreInput]) -> list[float]:
        texts = [folded_words(one.generation.text) for one in inputs]
        return [
            sentence_bleu(texts[:i] + texts[i + 1 :], text, smoothing_function=smooth)
            for i, text in enumerate(texts)
        ]

    return loop


LIBRARIES: dict[str, Callable[[], Loop]] = {
    "bleu": lambda: _sacrebleu("bleu"),
    "chrf": lambda: _sacrebleu("chrf"),
    "rouge_1": lambda: _rouge_score("rouge1"),
    "rouge_2": lambda: _rouge_score("rouge2"),
    "rouge_l": lambda: _rouge_score("rougeL"),
    "rouge_lsum": lambda: _rouge_score("rougeLsum"),
    "meteor": _nltk_meteor,
    "self_bleu": _nltk_self_bleu,
}


if __name__ == "__main__":
    main()
