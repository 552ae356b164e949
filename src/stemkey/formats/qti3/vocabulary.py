"""QTI 3.0's own words: options and capabilities. Its spelling stands in the table of `formats/qti21/vocabulary.py`."""

from dataclasses import dataclass

from stemkey.formats.qti21.vocabulary import carries

CARRIES = carries("qti3")
"""As QTI 2.x: the same model in another spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Qti3Options:
    """QTI 3.0 has nothing to choose."""
