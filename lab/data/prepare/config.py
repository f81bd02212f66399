"""Settings of preparing a data set; imports nothing heavy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from lab.data.config import check_limit, check_name
from lab.errors import ConfigError
from lab.models.settings import check_types

Kind = Literal["auto", "text", "pairs", "chat", "preferences"]
Personal = Literal["email", "phone", "card", "ip", "iban", "national_id"]

PERSONAL: tuple[Personal, ...] = ("email", "phone", "card", "ip", "iban", "national_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareConfig:
    """What is read, and which steps it goes through; every step can be switched off.

    A column that is not set is looked for under its usual name (prompt, source, reference, text,
    messages, chosen, rejected, key, split, group, licence, tags); one that is set must exist.
    """

    name: str
    """What the data set shall be called."""

    kind: Kind = "auto"
    """What a row is: plain text, a prompt with a reference (and source), a chat, or a prompt with
    a chosen and a rejected text; "auto" tells by the columns."""

    prompt_column: str | None = None
    """The column of the prompts."""

    source_column: str | None = None
    """The column of the texts that a generation must stay true to."""

    reference_column: str | None = None
    """The column of the human-written targets."""

    text_column: str | None = None
    """The column of plain texts."""

    messages_column: str | None = None
    """The column of chats: a list of {role, content}, the last one by the assistant."""

    chosen_column: str | None = None
    """The column of the preferred texts."""

    rejected_column: str | None = None
    """The column of the texts that were not preferred."""

    key_column: str | None = None
    """The column of the rows' own names; else file and number."""

    split_column: str | None = None
    """The column that says train, validation or test; without it rows are split at random."""

    group_column: str | None = None
    """The column of what must stay in one split; else rows with the same prompt and
    source do, or with the same text."""

    stratify_column: str | None = None
    """The column whose values shall have the same shares in every split."""

    licence_column: str | None = None
    """The column of each row's licence."""

    tags_column: str | None = None
    """The column of words on the prompts: with commas between them, or a list."""

    lines: bool = False
    """Whether each line of a .txt file is a text of its own; else the whole file is one in a
    folder of files, and each paragraph is in a single file."""

    encoding: str = "utf-8"
    """The encoding of text files."""

    hub_subset: str | None = None
    """The subset ("config") of a data set from the Hugging Face hub."""

    limit: int | None = None
    """Take only so many rows, from the first on."""

    html: bool = True
    """Remove HTML tags and turn entities into characters."""

    unicode: bool = True
    """Mend mojibake, and compose characters (NFC)."""

    controls: bool = True
    """Remove control characters and other invisible ones that carry no meaning."""

    spaces: bool = True
    """Make white space and line ends uniform."""

    quotes: bool = True
    """Make quotation marks and apostrophes uniform."""

    boilerplate: int = 0
    """Remove lines that stand in at least so many different documents (plain texts and sources); 0
    to keep them."""

    least_characters: int = 1
    """Drop texts with fewer characters."""

    most_characters: int | None = None
    """Drop texts with more characters."""

    quality: bool = True
    """Drop texts by Gopher's rules on symbols, repeated lines and repeated runs of words, which
    suit prose; switch it off for source code and tables."""

    word_list: str = ""
    """File with words or phrases, one per line; rows that hold one as whole words are dropped."""

    classifier: str = ""
    """Text-classification checkpoint (folder or hub name) that tells harmful texts."""

    classifier_label: str = ""
    """The label of the classifier that means harmful; needed with a classifier."""

    classifier_threshold: float = 0.5
    """Drop rows of which any part has at least this probability of the label."""

    licences: tuple[str, ...] = ()
    """Keep only rows under these licences, whatever their spelling; all by default."""

    exact: bool = True
    """Drop copies: rows whose texts are equal but for case, punctuation and white space."""

    near: Literal["within", "across", "off"] = "within"
    """Drop near copies in the whole set ("within"), or only training rows that are near copies of
    validation or test rows ("across")."""

    near_threshold: float = 0.8
    """Jaccard similarity of word shingles from which on a row is a near copy, in (0, 1); of what is
    asked and answered together, and of the answer alone, without sources and system turns."""

    near_permutations: int = 128
    """Hash functions of MinHash; more are more exact and slower."""

    near_shingle: int = 5
    """Words per shingle."""

    scrub: bool = True
    """Replace personal data by placeholders such as [EMAIL]."""

    scrub_types: tuple[Personal, ...] = PERSONAL
    """Which personal data."""

    scrub_regions: tuple[str, ...] = ("US", "GB", "DE", "FR", "ES", "IT", "NL")
    """Countries, as ISO 3166 codes, whose national phone and id formats are looked for; numbers
    in international form are always found."""

    names: str = ""
    """Token-classification checkpoint (folder or hub name) that finds persons' names; those are
    then replaced too."""

    segment_tokens: int | None = None
    """Cut plain texts at sentence ends into parts of at most so many tokens, begin and end
    included: the context of the model that shall learn them."""

    train_share: float = 0.8
    """Share of the training split, in [0, 1]."""

    validation_share: float = 0.1
    """Share of the validation split, in [0, 1]."""

    test_share: float = 0.1
    """Share of the test split, in [0, 1]; the three add up to 1."""

    seed: int = 0
    """Decides which rows go to which split, and every change at random."""

    synonyms: str = ""
    """Table of synonyms (TSV or CSV: word, then its synonyms) to make altered copies with."""

    synonym_share: float = 0.1
    """Share of the words with synonyms that are replaced in an altered copy."""

    shuffle_sentences: float = 0.0
    """Share of training rows that get a copy with neighbouring sentences swapped."""

    drop_words: float = 0.0
    """Share of words left out in an altered copy of each training row; 0 for no such copies."""

    paraphraser: str = ""
    """Seq2seq checkpoint (folder or hub name) that rewrites training texts."""

    paraphrase_prefix: str = ""
    """What the paraphraser wants to read before each sentence, such as "paraphrase: "."""

    tokenizer: str = ""
    """Checkpoint (name, folder or hub name) whose tokenizer is used and reported on."""

    vocabulary: int | None = None
    """Train a tokenizer with at most so many tokens on the training split."""

    tokenizer_kind: Literal["bpe", "word"] = "bpe"
    """The kind of tokenizer that is trained."""

    licence: str | None = None
    """The licence of the texts, as an SPDX name or free words."""

    consent: str | None = None
    """On what ground the texts may be used: consent, contract, public domain, in free words."""

    review_rows: int = 1000
    """Most validation rows, and most test rows, that are put into the store to be sampled and
    reviewed; all rows stay in the data set's folder."""

    workers: int = 1
    """Processes to prepare with."""

    def __post_init__(self) -> None:
        """Refuse values that make no sense, or not together.

        Raises:
            ConfigError: names the field, the value and what is allowed.
        """
        check_types(self)
        check_name(self.name)
        check_limit(self.limit)
        self._check_ranges()
        shares = (self.train_share, self.validation_share, self.test_share)
        if not all(0 <= share <= 1 for share in shares) or not math.isclose(sum(shares), 1):
            given = " + ".join(f"{share:g}" for share in shares)
            raise ConfigError(
                f"the shares of train, validation and test are {given}; "
                "give three numbers from 0 to 1 that add up to 1"
            )
        if bool(self.classifier) != bool(self.classifier_label):
            raise ConfigError(
                f"classifier is {self.classifier!r} and classifier_label "
                f"{self.classifier_label!r}; give both or none"
            )
        if self.tokenizer and self.vocabulary is not None:
            raise ConfigError(
                f"both a tokenizer ({self.tokenizer!r}) and a vocabulary ({self.vocabulary}) to "
                "train one are given; keep one"
            )
        if self.segment_tokens is not None and not self.tokenizer and self.vocabulary is None:
            raise ConfigError(
                f"segment_tokens is {self.segment_tokens} but there is no tokenizer, whose tokens "
                "are counted; give a tokenizer, or a vocabulary to train one"
            )

    def _check_ranges(self) -> None:
        at_least = {
            "boilerplate": 0,
            "least_characters": 0,
            "near_permutations": 16,
            "near_shingle": 1,
            "review_rows": 0,
            "workers": 1,
            "seed": 0,
            "most_characters": max(self.least_characters, 1),
            "segment_tokens": 8,
            "vocabulary": 259,
        }
        for field, lowest in at_least.items():
            value = getattr(self, field)
            if value is not None and value < lowest:
                raise ConfigError(f"{field} is {value}; give {lowest} or more")
        if self.boilerplate == 1:
            raise ConfigError("boilerplate is 1, which every line reaches; give 2 or more, or 0")
        shares = ("synonym_share", "shuffle_sentences", "drop_words", "classifier_threshold")
        for field in shares:
            if not 0 <= getattr(self, field) <= 1:
                raise ConfigError(f"{field} is {getattr(self, field)}; give a share from 0 to 1")
        if not 0 < self.near_threshold < 1:
            raise ConfigError(
                f"near_threshold is {self.near_threshold}; give a number above 0 and below 1"
            )
