"""Recall and precision of scrubbing names, beside what the model itself finds, and the speed.

A small BERT learns names in made sentences of seven languages; nothing is downloaded. It then reads
other sentences with other names, half of which it never saw: one by one, and put together to texts
that are many times as long as its context. What it labels in a sentence alone is what the step can
find; a name counts as found where all of it is replaced, and a finding is wrong where it touches no
planted name. The speed is that of the step, with the share of its time in the model's forward pass.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FIRST = {
    "US": "Emily Jacob Madison Tyler Ashley Logan Brianna Austin Savannah Hunter",
    "GB": "Imogen Alfie Poppy Callum Harriet Rhys Freya Angus Bronwen Nigel",
    "DE": "Jürgen Anneliese Uwe Gudrun Heinrich Sabine Torsten Käthe Dietmar Ilse",
    "FR": "Élodie Thibault Margaux Gaëtan Océane Loïc Solène Benoît Capucine Yannick",
    "ES": "Begoña Íñigo Rocío Gonzalo Macarena Joaquín Inmaculada Álvaro Nieves Raúl",
    "IT": "Ginevra Lorenzo Chiara Matteo Giulia Alessio Federica Niccolò Ilaria Davide",
    "PL": "Agnieszka Zbigniew Małgorzata Wojciech Grażyna Krzysztof Zofia Łukasz Hanna Piotr",
    "IN": "Priya Arjun Lakshmi Rajesh Anjali Vikram Deepika Suresh Kavita Sanjay",
}
LAST = {
    "US": "Johnson Miller Washington Baker O'Connor Hayes Whitaker McAllister Dawson Reed",
    "GB": "Pemberton Hughes Blackwood MacLeod Ashworth Llewellyn Fairfax Thornton Baines Quigley",
    "DE": "Müller Schmidt Krüger Weißmann Hoffmann Schröder Lindemann Vogt Zimmermann Bäcker",
    "FR": "Lefèvre Moreau Dubois Gauthier Chevalier Rousseau Fontaine Mercier Delacroix Perrin",
    "ES": "García Fernández Núñez Ibáñez Castaño Echeverría Domínguez Peña Ruiz Salazar",
    "IT": "Rossi Bianchi Esposito Colombo Ricci Marchetti D'Angelo Ferrara Santoro Galli",
    "PL": "Kowalski Nowak Wiśniewski Wójcik Kamiński Zieliński Szymański Dąbrowski Król Mazur",
    "IN": "Sharma Patel Krishnan Banerjee Gupta Chatterjee Iyer Deshpande Mehta Nair",
}
PLACES = (
    "Boston Leeds Hamburg Lyon Sevilla Torino Kraków Mumbai Utrecht Oslo Vienna Geneva Dublin "
    "Prague Nantes Bilbao Siena Gdańsk Chennai Bergen"
)
THINGS = (
    "Monday April Tuesday December Parliament Easter English Internet Danube Christmas Tower "
    "Museum Bridge River Company University Market Council Theatre Station"
)
LEARNT = (
    "{} went to {p} on foot .|We met {} near the {t} .|The letter was signed by {} , of {p} .|"
    "{} and {} sold the house in {p} .|In {p} the {t} was closed .|The {t} of {p} is old .|"
    "On {t} it rained in {p} .|My neighbour {} plays chess .|{}'s car stood in front of the {t} .|"
    "Das Haus in {p} gehört {} .|{} fuhr am {t} nach {p} .|Frau {} war nicht in {p} .|"
    "Der {t} in {p} ist groß .|Hier wohnt {} mit {} .|{} est née à {p} .|Le {t} de {p} est fermé .|"
    "Monsieur {} habite à {p} .|Hier , {} a vu {} .|{} vive en {p} desde {t} .|"
    "El {t} de {p} abre hoy .|La casa es de {} y {} .|{} abita a {p} .|Il {t} di {p} è bello .|"
    "La signora {} ha scritto a {} .|Dear {} , thank you for the {t} .|Dr {} works in {p} ."
)
ASKED = (
    "Yesterday {} left {p} by train .|The {t} in {p} opened again .|Please call {} about the {t} .|"
    "{} told {} that {p} was cold .|After {t} the road to {p} is free .|{}'s dog ran to the {t} .|"
    "Herr {} kommt aus {p} .|Am {t} besucht {} den Markt .|Der Weg nach {p} ist weit .|"
    "Madame {} travaille à {p} .|Le marché de {p} ouvre {t} .|Ayer {} llegó a {p} .|"
    "El tren de {p} llega tarde .|Ieri {} era a {p} .|Signed , {} ."
)
CONTEXT = 128
MARKS = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A made sentence."""

    text: str
    """What it says."""

    names: tuple[tuple[int, int], ...]
    """Where persons stand, in code points."""

    new: tuple[bool, ...]
    """Whether the model never saw the name."""


def sentences(draw: random.Random, n: int, forms: str, seen_only: bool) -> list[Sentence]:
    return [_sentence(draw, draw.choice(forms.split("|")), seen_only) for _ in range(n)]


def jumbled(draw: random.Random, n: int) -> list[Sentence]:
    """Draw words of all forms in any order with some names, so that no common word is unheard."""
    words = sorted({word for form in (LEARNT, ASKED) for word in form.replace("|", " ").split()})
    forms = [draw.choices([*words, "{}", "{p}", "{t}"], k=draw.randint(4, 12)) for _ in range(n)]
    return [_sentence(draw, " ".join(form), seen_only=True) for form in forms]


def _sentence(draw: random.Random, form: str, seen_only: bool) -> Sentence:
    text, names, new = "", [], []
    for part in _parts(form):
        if part == "{}":
            is_new = not seen_only and draw.random() < 0.5
            name = _name(draw, is_new)
            names.append((len(text), len(text) + len(name)))
            new.append(is_new)
            text += name
        elif part in ("{p}", "{t}"):
            text += draw.choice((PLACES if part == "{p}" else THINGS).split())
        else:
            text += part
    return Sentence(text, tuple(names), tuple(new))


def _parts(form: str) -> Iterator[str]:
    marks = [place for place, one in enumerate(form) if one == "{"]
    ends = [form.index("}", place) + 1 for place in marks]
    cuts = sorted({0, len(form), *marks, *ends})
    yield from (form[a:b] for a, b in pairwise(cuts))


def _name(draw: random.Random, is_new: bool) -> str:
    """Draw a name of the seven tenths that are learnt, or of the others; of one to three words."""
    country = draw.choice(list(FIRST))
    part = slice(7, None) if is_new else slice(7)
    first, last = FIRST[country].split()[part], LAST[country].split()[part]
    forms = ["{f} {l}", "{f} {l}", "{f}", "{l}", "{f} {g} {l}", "{f} {l}-{m}"]
    return draw.choice(forms).format(
        f=draw.choice(first), g=draw.choice(first), l=draw.choice(last), m=draw.choice(last)
    )


def learn(texts: Sequence[Sentence], seed: int, width: int = 96) -> tuple[Any, Any]:
    """Make a tokenizer and train a BERT that labels names by B, I and O."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    inner = Tokenizer(models.WordPiece(_vocabulary(texts), unk_token=MARKS["unk_token"]))
    inner.normalizer = normalizers.NFC()
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=CONTEXT, **MARKS)
    torch.manual_seed(seed)
    labels = {0: "O", 1: "B-PER", 2: "I-PER"}
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=width, num_hidden_layers=2, id2label=labels,
        num_attention_heads=width // 32, intermediate_size=4 * width,
        label2id={label: n for n, label in labels.items()}, max_position_embeddings=CONTEXT + 2,
    )  # fmt: skip
    model = BertForTokenClassification(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for first in range(0, len(texts), 32):
        batch, targets = _labelled(tokenizer, texts[first : first + 32])
        model(**batch, labels=targets).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model.eval(), tokenizer


def _vocabulary(texts: Sequence[Sentence]) -> dict[str, int]:
    """List the marks, the words that are in many sentences, and pieces of one or two letters."""
    words = Counter(word for one in texts for word in one.text.split())
    often = sorted(word for word, n in words.items() if n > len(texts) / 100)
    letters = sorted({letter for word in words for letter in word})
    inside = (word[a : a + n] for word in words for n in (2,) for a in range(len(word)))
    pieces = sorted({*inside} - {*often})
    begins = [*MARKS.values(), *letters, *often, *(one for one in pieces if one not in letters)]
    every = dict.fromkeys([*begins, *(f"##{one}" for one in [*letters, *pieces])])
    return {piece: n for n, piece in enumerate(every)}


def _labelled(tokenizer: Any, texts: Sequence[Sentence]) -> tuple[Any, Any]:
    """Tokenise sentences; also the label of each token, -100 where there is none."""
    import torch

    batch = tokenizer([one.text for one in texts], padding=True, return_tensors="pt")
    targets = torch.full(batch["input_ids"].shape, -100)
    for row, (one, encoded) in enumerate(zip(texts, batch.encodings, strict=True)):
        for token, (start, end) in enumerate(encoded.offsets):
            if start < end:
                inside = [name for name in one.names if name[0] <= start and end <= name[1]]
                targets[row, token] = 0 if not inside else 1 if start == inside[0][0] else 2
    return batch, targets


def labelled_alone(
    model: Any, tokenizer: Any, texts: Sequence[Sentence]
) -> tuple[list[list[tuple[int, int]]], tuple[float, float, float]]:
    """Return which places the model labels in each sentence alone, and its own token figures."""
    import torch

    found, right, told, wanted = [], 0, 0, 0
    for one in texts:
        batch, targets = _labelled(tokenizer, [one])
        with torch.inference_mode():
            persons = model(**batch).logits[0].argmax(-1) > 0
        counts = targets[0] >= 0
        right += int((persons & (targets[0] > 0)).sum())
        told += int((persons & counts).sum())
        wanted += int((targets[0] > 0).sum())
        offsets = batch.encodings[0].offsets
        found.append([offsets[n] for n in (persons & counts).nonzero().flatten().tolist()])
    precision, recall = right / max(told, 1), right / max(wanted, 1)
    return found, (recall, precision, 2 * precision * recall / max(precision + recall, 1e-9))


def timed(recogniser: Any, texts: Sequence[str]) -> tuple[float, float]:
    """Return the processor seconds of finding names, and those in the model's forward pass."""
    model, inside = recogniser._model, 0.0
    forward: Callable[..., Any] = model.forward

    def watched(**given: Any) -> Any:
        nonlocal inside
        began = time.process_time()
        made = forward(**given)
        inside += time.process_time() - began
        return made

    model.forward = watched
    began = time.process_time()
    recogniser.find(texts)
    seconds = time.process_time() - began
    model.forward = forward
    return seconds, inside


def joined(texts: Sequence[Sentence], n: int) -> list[Sentence]:
    """Put sentences together to texts of `n` of them."""
    made = []
    for first in range(0, len(texts), n):
        text, names, new = "", [], []
        for one in texts[first : first + n]:
            names += [(start + len(text), end + len(text)) for start, end in one.names]
            new += one.new
            text += one.text + " "
        made.append(Sentence(text, tuple(names), tuple(new)))
    return made


def figures(recogniser: Any, texts: Sequence[Sentence]) -> str:
    """Say how many names the step finds, seen in training or not, and how many are none."""
    right, planted, told = {True: 0, False: 0}, {True: 0, False: 0}, [0, 0]
    for one, of_text in zip(texts, recogniser.find([one.text for one in texts]), strict=True):
        for (start, end), new in zip(one.names, one.new, strict=True):
            planted[new] += 1
            right[new] += any(f.start <= start and end <= f.end for f in of_text)
        for f in of_text:
            told[1] += 1
            told[0] += any(f.start < end and start < f.end for start, end in one.names)
    parts = [right[new] / max(planted[new], 1) for new in (False, True)]
    both = sum(right.values()) / max(sum(planted.values()), 1)
    return f"{both:8.3f}{parts[0]:8.3f}{parts[1]:10.3f}{told[0] / max(told[1], 1):11.3f}"


def lost(recogniser: Any, texts: Sequence[Sentence], alone: Sequence[Any]) -> int:
    """Count the tokens that the model labels in a sentence and the step leaves in it."""
    found = recogniser.find([one.text for one in texts])
    return sum(
        not any(f.start <= start and end <= f.end for f in of_text)
        for one, places, of_text in zip(texts, alone, found, strict=True)
        for start, end in places
        if one.text[start:end].isalpha()  # a hyphen alone is no name
    )


def measure(seed: int, n_learnt: int = 12_000, n_asked: int = 2_000) -> None:
    """Train, and print recall, precision and speed."""
    import torch
    from transformers import BertConfig, BertForTokenClassification

    from lab.data.prepare.recognisers.names import Names

    torch.set_num_threads(1)
    draw = random.Random(seed)
    began = time.process_time()
    learnt = [
        *sentences(draw, n_learnt // 2, LEARNT, seen_only=True),
        *jumbled(draw, n_learnt // 2),
    ]
    model, tokenizer = learn(draw.sample(learnt, len(learnt)), seed)
    print(f"\nnames: a BERT of {model.num_parameters():,} weights, "
          f"trained in {time.process_time() - began:.0f} processor seconds")  # fmt: skip
    asked = sentences(draw, n_asked, ASKED, seen_only=False)
    alone, (recall, precision, f1) = labelled_alone(model, tokenizer, asked)
    recogniser = Names("made", model, tokenizer)
    print(f"{'':28}{'recall':>8}{'learnt':>8}{'not seen':>10}{'precision':>11}")
    print(f"{'step, sentences':28}{figures(recogniser, asked)}")
    print(f"{'step, texts of 100':28}{figures(recogniser, joined(asked, 100))}")
    print(f"{'model alone, its tokens':28}{recall:8.3f}{'':18}{precision:11.3f}   F1 {f1:.3f}")
    n_lost = lost(recogniser, asked, alone)
    print(f"tokens that the model labels and the step leaves: {n_lost} of {sum(map(len, alone)):,}")
    sizes = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12}
    config = BertConfig(
        vocab_size=len(tokenizer), intermediate_size=1536, id2label={0: "O", 1: "PER"}, **sizes
    )
    large = Names("large", BertForTokenClassification(config), tokenizer)
    texts = [one.text for n in (1, 3, 10, 40) for one in joined(asked, n)]
    _print_speed("this model", recogniser, texts)
    _print_speed("one of MiniLM's size", large, texts[::8])


def _print_speed(what: str, recogniser: Any, texts: Sequence[str]) -> None:
    seconds, inside = timed(recogniser, texts)
    print(
        f"{what}: {len(texts) / seconds:,.0f} texts per processor second, "
        f"{inside / seconds:.0%} of the time in its forward pass"
    )
