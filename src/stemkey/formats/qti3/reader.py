"""A QTI 3.0 package, item or test becomes a quiz: QTI 2.x's reader, in 3.0's spelling."""

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.qti3.vocabulary import Qti3Options
from stemkey.formats.qti21.reader import read_qti
from stemkey.model import Quiz


def read_qti3(source: Source, options: Qti3Options, found: Diagnostics) -> Quiz:
    """Return the quiz of a QTI 3.0 package or file."""
    return read_qti(source, found, "qti3")
