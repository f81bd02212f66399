"""Tells what the words around a number say that it is."""

from __future__ import annotations

import re

_BEFORE = 40
_AFTER = 25

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


def says(text: str, start: int, end: int, wanted: re.Pattern[str]) -> bool:
    """Tell whether wanted words stand near a range, with no word for another number nearer.

    Args:
        text: the text.
        start: first code point of the range.
        end: behind the last one.
        wanted: the words.

    Returns:
        Whether the nearest telling word in the 40 characters before it is a wanted one; where none
        tells anything, whether a wanted one is in the 25 behind it. Words on other lines do not
        count.
    """
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    near = _last(wanted, before)
    other = _last(OTHER_NUMBER, before)
    if near >= 0 or other >= 0:
        return near >= other
    return wanted.search(text[end : end + _AFTER].partition("\n")[0]) is not None


def is_other(text: str, start: int, wanted: re.Pattern[str]) -> bool:
    """Tell whether the nearest telling word before a place is for a number of another kind."""
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    return _last(OTHER_NUMBER, before) > _last(wanted, before)


def _last(words: re.Pattern[str], before: str) -> int:
    return max((found.end() for found in words.finditer(before)), default=-1)
