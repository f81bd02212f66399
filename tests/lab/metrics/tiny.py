"""Tiny models with random weights in folders of their own: an encoder, a classifier, a judge."""

from __future__ import annotations

from pathlib import Path

WORDS = ["the", "cat", "dog", "sat", "on", "a", "mat", "ran", "##s", "."]
CLASSIFIED = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "story"]
SMALL = {"hidden_size": 16, "num_attention_heads": 2, "max_position_embeddings": 16}


def make_encoder(place: Path) -> Path:
    """Make a BERT of two layers, which takes 16 tokens."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    place.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (place / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast.from_pretrained(place, model_max_length=16).save_pretrained(place)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), num_hidden_layers=2, intermediate_size=32, **SMALL
    )
    BertModel(config).save_pretrained(place)
    return place


def make_classifier(place: Path) -> Path:
    """Make a BERT of one layer, which takes 16 tokens, with the classes NEGATIVE and POSITIVE."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    numbers = {word: number for number, word in enumerate(CLASSIFIED)}
    plain = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    plain.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = dict(
        zip(("pad_token", "unk_token", "cls_token", "sep_token"), CLASSIFIED, strict=False)
    )
    PreTrainedTokenizerFast(tokenizer_object=plain, model_max_length=16, **special).save_pretrained(
        place
    )
    torch.manual_seed(0)
    classes = {0: "NEGATIVE", 1: "POSITIVE"}
    config = BertConfig(
        vocab_size=len(numbers), num_hidden_layers=1, intermediate_size=16, id2label=classes,
        label2id={name: number for number, name in classes.items()}, **SMALL,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(place)
    return place


def make_judge(place: Path) -> Path:
    """Make a GPT of one layer, which reads bytes and takes 64 tokens."""
    import torch

    from lab.models.gpt import build_gpt
    from lab.models.save import save_checkpoint
    from lab.models.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(["the cat sat on the mat with ten apples"] * 3, 270, 64)
    torch.manual_seed(1)
    model = build_gpt(tokenizer, layers=1, width=16, heads=2, context=64).eval()
    save_checkpoint(
        model, tokenizer, place, {"template": "{prompt}\n", "kind": "gpt", "context": 64}
    )
    return place
