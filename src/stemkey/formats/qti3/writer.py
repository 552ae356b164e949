"""A quiz becomes a QTI 3.0 package: QTI 2.x's writer, in 3.0's spelling."""

from stemkey.files import Files
from stemkey.formats.qti3.vocabulary import Qti3Options
from stemkey.formats.qti21.vocabulary import QTI_3_0
from stemkey.formats.qti21.writer import write_package
from stemkey.model import Quiz


def write_qti3(quiz: Quiz, options: Qti3Options) -> Files:
    """Return the files of a QTI 3.0 package."""
    return write_package(quiz, QTI_3_0)
