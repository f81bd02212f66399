"""Tells what the words around a number say that it is."""

from __future__ import annotations

import re
from typing import Literal

Told = Literal["wanted", "other", "nothing"]

_BEFORE = 40
_AFTER = 25
_LETTER = re.compile(r"[^\W\d_]")

PHONE = re.compile(
    r"\b(?:tel|telf|tlf|ph|fax|cell|gsm|sms|call|calling|calls|ring|dial|text|phones?|(?:tele|smart)phone"
    r"|mobile|whatsapp|signal|hotline|helpline|\w*telefon\w*|handy\w*|mobil\w*|\w*rufnummer|"
    r"anruf\w*|ruf|rufen|ruft|durchwahl|telefax|tél|t[ée]l[ée]phon\w*|portable|appel\w*|joindre|"
    r"tel[ée]fon\w*|m[óo]vil|celular|ll[aá]m\w*|cellulare|chiam\w*|telefoon\w*|mobiel\w*|"
    r"bel|bellen|belt)\b",
    re.IGNORECASE,
)
"""Words that a telephone number stands near."""

OTHER_NUMBER = re.compile(
    r"\b(?:isbn\w*|issn|ean|upc|gtin|sku|doi|pmid|oclc|vin|imei|uuid|arxiv|orders?|invoice|ref|"
    r"reference|article|item|serial|ticket|tracking|case|patent|parcel|shipment|part|product|"
    r"account|customer|pages?|pp|vol|lot|batch|bestell\w*|rechnung\w*|auftrag\w*|artikel\w*|"
    r"kundennummer|sendung\w*|vorgang\w*|commande|facture|colis|référence|pedido|factura|"
    r"referencia|env[ií]o|ordine|fattura|spedizione|riferimento|bestelling|bestelnummer|"
    r"factuur\w*|ordernummer|zending|id)\b",
    re.IGNORECASE,
)
"""Words that a number of another kind stands behind."""


def told(text: str, start: int, end: int, wanted: re.Pattern[str]) -> Told:
    """Tell what the words near a range say.

    Args:
        text: the text.
        start: first code point of the range.
        end: behind the last one.
        wanted: words that the number stands near, if it is what is looked for.

    Returns:
        "wanted" or "other" by the nearest telling word in the 40 characters before it; where none
        tells anything, "wanted" if such a word is in the 25 behind it, else "nothing". Words on
        other lines do not count.
    """
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    near, other = (_last(words, before) for words in (wanted, OTHER_NUMBER))
    if near >= 0 or other >= 0:
        return "wanted" if near >= other else "other"
    after = text[end : end + _AFTER].partition("\n")[0]
    return "wanted" if _LETTER.search(after) and wanted.search(after) else "nothing"


def _last(words: re.Pattern[str], before: str) -> int:
    """Return where the last of the words ends; -1 where there is none."""
    if not _LETTER.search(before):  # as among the numbers of a table
        return -1
    return max((found.end() for found in words.finditer(before)), default=-1)
