"""Questions that people grade: essay, with or without files to hand in; and text that only informs."""

import re
from fractions import Fraction

from stemkey.formats.moodle.elements import bare
from stemkey.formats.moodle.reading import Parts, Question, Reading
from stemkey.formats.moodle.written import Writing
from stemkey.model import ExtendedTextInteraction, Item, UploadInteraction

DEFAULT_LINES = 15

ESSAY_SETTINGS = {
    "responseformat": "editor",
    "responserequired": "1",
    "minwordlimit": "0",
    "maxwordlimit": "0",
    "attachments": "0",
    "attachmentsrequired": "0",
    "maxbytes": "0",
    "filetypeslist": "",
}
UPLOAD_SETTINGS = {
    "responserequired": "0",
    "minwordlimit": "0",
    "maxwordlimit": "0",
    "attachmentsrequired": "1",
    "maxbytes": "0",
    "responsefieldlines": str(DEFAULT_LINES),
}
_SEPARATORS = re.compile(r"[,;\s]+")


def read_essay(question: Question, reading: Reading) -> ExtendedTextInteraction:
    """Read an essay."""
    lines = question.text("responsefieldlines") or ""
    return ExtendedTextInteraction(
        lines=int(lines) if lines.isascii() and lines.isdigit() and int(lines[:9]) != DEFAULT_LINES else None,
        template=reading.content(question.fields.get("responsetemplate"), "responsetemplate"),
        grader_notes=reading.content(question.fields.get("graderinfo"), "graderinfo"),
    )


def read_upload(question: Question, reading: Reading) -> UploadInteraction:
    """Read an essay that is answered with files only."""
    count = question.text("attachments") or ""
    types = question.text("filetypeslist") or ""
    return UploadInteraction(
        file_types=tuple(kind for kind in _SEPARATORS.split(types) if kind),
        maximum_files=int(count) if count.isascii() and count.isdigit() and int(count[:9]) else None,
    )


def read_description(question: Question, reading: Reading) -> Parts:
    """Read text that only informs: it is worth nothing."""
    body = reading.content(question.fields.get("questiontext"), "questiontext")
    return Parts(body=body, points=Fraction(0))


def write_essay(item: Item, interaction: ExtendedTextInteraction, writing: Writing) -> str:
    """Write an essay."""
    own = (
        f"{writing.settings(item, ESSAY_SETTINGS)}"
        f"<responsefieldlines>{interaction.lines or DEFAULT_LINES}</responsefieldlines>\n"
        f'<graderinfo format="html">{writing.text(interaction.grader_notes, item, "graderinfo")}</graderinfo>\n'
        f'<responsetemplate format="html">{writing.text(interaction.template, item, "responsetemplate")}'
        "</responsetemplate>\n"
    )
    return writing.question("essay", item, writing.text(item.body, item, "questiontext"), own)


def write_upload(item: Item, interaction: UploadInteraction, writing: Writing) -> str:
    """Write an essay that is answered with files only; -1 is any number of them."""
    own = (
        f"<responseformat>noinline</responseformat>\n{writing.settings(item, UPLOAD_SETTINGS)}"
        f"<attachments>{interaction.maximum_files or -1}</attachments>\n"
        f"<filetypeslist>{bare(','.join(interaction.file_types))}</filetypeslist>\n"
        '<graderinfo format="html"><text></text></graderinfo>\n'
        '<responsetemplate format="html"><text></text></responsetemplate>\n'
    )
    return writing.question("essay", item, writing.text(item.body, item, "questiontext"), own)


def write_description(item: Item, writing: Writing) -> str:
    """Write text that only informs."""
    settings = writing.settings(item, {}) if item.extensions else ""
    return writing.question("description", item, writing.text(item.body, item, "questiontext"), settings)
