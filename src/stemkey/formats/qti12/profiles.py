"""The profiles of QTI 1.2: what each can carry, its options, and how a source of it is recognised."""

import re
import zipfile
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Literal

from stemkey.files import Source
from stemkey.formats.qti12.lowering import adapt, adapt_plain
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

CANVAS_CARRIES = Capabilities(
    interactions=(
        ChoiceInteraction,
        InlineChoiceInteraction,
        MatchInteraction,
        TextEntryInteraction,
        ExtendedTextInteraction,
        UploadInteraction,
        ForeignInteraction,
    ),
    text_only=True,
    foreign=("canvas",),
    several_interactions=True,
    multiple_response=True,
    feedback_general=True,
    feedback_by_result=True,
    feedback_per_choice=True,
    points=True,
    item_titles=True,
    item_identifiers=True,
    quiz_title=True,
    instructions=True,
    settings=True,
    shuffle_items=False,
    sections=True,
    banks=True,
    markup=True,
    choice_markup=True,
    math=True,
    images=True,
    adapt=adapt,
)

QTI12_CARRIES = replace(
    CANVAS_CARRIES,
    interactions=(*CANVAS_CARRIES.interactions, OrderInteraction),
    foreign=("canvas", "qti12"),
    case_sensitive=True,
    partial_credit=True,
    negative_credit=True,
    settings=False,
    section_texts=True,  # titles; instructions are limits.py's matter
    adapt=adapt_plain,
)
"""QTI 1.2 by the book, for whatever reads it: what Canvas alone cannot do is written, too."""

_LOOK = 64 * 1024
_QTI12_TYPE = re.compile(rb"imsqti_xmlv1p[12]|imsqti_item_xmlv1p")
_LATER_TYPE = re.compile(rb"imsqti_[a-z]+_xmlv[23]p\d")
_CANVAS_RESOURCE = b"learning-application-resource"  # as in packages of other tools, too
_OF_CANVAS = ("assessment_meta.xml", ".xml.qti", "canvas_export.txt")
_CANVAS_TYPE = re.compile(rb"<fieldlabel>question_type</fieldlabel>")
_QTI12_ROOT = re.compile(rb"<(?:\w+:)?questestinterop\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasOptions:
    """How a Canvas package is read and written."""

    quiz: str = ""
    """Read only this quiz or bank of a course export: its title or its ident."""
    quizzes: Literal["classic", "new"] = "classic"
    """What the package is for: Classic Quizzes, or New Quizzes' own import."""

    math: Literal["text", "equation_image"] = "text"
    r"""`text` keeps `\(…\)`, which Canvas renders by MathJax; `equation_image` is for sites where that is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Qti12Options:
    """How other tools' QTI 1.2 is read."""

    quiz: str = ""
    """Read only this quiz or bank of a package: its title or its ident."""


def is_canvas(source: Source) -> bool:
    """Whether the source is certainly QTI 1.2 of Canvas: with its settings beside it, or its names of question types."""
    data = source.data
    if not data.startswith(b"PK\x03\x04"):
        return _QTI12_ROOT.search(data, 0, _LOOK) is not None and _CANVAS_TYPE.search(data, 0, _LOOK) is not None
    return _is_qti12_package(data) and any(name.endswith(_OF_CANVAS) for name in _names(data))


def is_qti12(source: Source) -> bool:
    """Whether the source is certainly QTI 1.2, and not Canvas's: its XML, or a package whose manifest says so."""
    data = source.data
    if data.startswith(b"PK\x03\x04"):
        found = _is_qti12_package(data)
    else:
        found = _QTI12_ROOT.search(data, 0, _LOOK) is not None
    return found and not is_canvas(source)


def _names(data: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.namelist()
    except Exception:  # noqa: BLE001 # a damaged archive is of no format; the reader that is asked for it says why
        return []


def _is_qti12_package(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            manifest = next((name for name in names if name.rsplit("/", 1)[-1] == "imsmanifest.xml"), None)
            if manifest is not None:
                with archive.open(manifest) as member:
                    text = member.read(16 * _LOOK)
                if _QTI12_TYPE.search(text):
                    return True
                if _LATER_TYPE.search(text):
                    return False
                if _CANVAS_RESOURCE in text:
                    return True
            for name in names:
                if name.endswith((".xml", ".qti", ".dat")) and not name.endswith("imsmanifest.xml"):
                    with archive.open(name) as member:
                        if _QTI12_ROOT.search(member.read(4096)):
                            return True
    except Exception:  # noqa: BLE001 # a damaged archive is of no format; the reader that is asked for it says why
        return False
    return False
