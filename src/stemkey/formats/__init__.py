"""The table of quiz formats: the product's table of contents.

To add a format: a folder beside this file, a row below, tests and a page of the manual.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, TypeAlias

from stemkey.diagnostics import Diagnostics
from stemkey.files import Files, Source
from stemkey.model import Capabilities, Quiz

Reader: TypeAlias = Callable[[Source, Any, Diagnostics], Quiz]
"""source, options, found -> quiz. Reads as far as it can; what it cannot read is a finding, never an exception."""
Writer: TypeAlias = Callable[[Quiz, Any], Files]
"""quiz, options -> files. Gets what `fit` left, so it never drops anything and needs no findings."""
Recogniser: TypeAlias = Callable[[Source], bool]
"""Whether a source is certainly of the format, from a cheap look at its first bytes."""
Limiter: TypeAlias = Callable[[Quiz, Any, Diagnostics], Quiz]
"""quiz, options, found -> quiz. What `fit` left, reduced by what only this format knows of its limits; every loss a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row: what the format is called, what it can hold, and where its reader and writer are.

    `reads`, `writes`, `recognises`, `limits`, `options` and `carries` name objects as `module:name`; they are imported
    when first used, so that the table itself costs nothing.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    """The first is what a written file is called."""
    archive: bool = False
    """Written as a zip of its files."""
    updates: bool = False
    """Whether importing a package again can update the questions that are there (by their identifiers)."""
    carries: str
    reads: str | None = None
    writes: str | None = None
    recognises: str | None = None
    limits: str | None = None
    """What it refuses or cannot hold beyond what `carries` can say; run after `fit`."""
    options: str = "stemkey.options:NoOptions"
    evidence: str = "from documentation only"
    """What shows that it works: the foreign files read, the foreign program that read ours."""

    @property
    def capabilities(self) -> Capabilities:
        """What the format can carry."""
        carries: Capabilities = load(self.carries)
        return carries

    @property
    def reader(self) -> Reader:
        """The function that reads it; `UnsupportedError` where there is none."""
        if self.reads is None:
            raise UnsupportedError(f"stemkey can write {self.title}, but not read it")
        reader: Reader = load(self.reads)
        return reader

    @property
    def writer(self) -> Writer:
        """The function that writes it; `UnsupportedError` where there is none."""
        if self.writes is None:
            raise UnsupportedError(f"stemkey can read {self.title}, but not write it")
        writer: Writer = load(self.writes)
        return writer

    @property
    def options_type(self) -> type[Any]:
        """The dataclass of its options."""
        kind: type[Any] = load(self.options)
        return kind

    def limit(self, quiz: Quiz, options: Any, found: Diagnostics) -> Quiz:
        """Return what the format can hold of a quiz that `fit` has reduced."""
        if self.limits is None:
            return quiz
        limiter: Limiter = load(self.limits)
        return limiter(quiz, options, found)

    def is_sure_of(self, source: Source) -> bool:
        """Whether the source is certainly of this format."""
        return self.recognises is not None and bool(load(self.recognises)(source))


FORMATS: tuple[Format, ...] = (
    Format(
        name="markdown",
        title="Markdown",
        extensions=(".md", ".markdown"),
        carries="stemkey.formats.markdown.syntax:CARRIES",
        reads="stemkey.formats.markdown.reader:read_markdown",
        writes="stemkey.formats.markdown.writer:write_markdown",
        options="stemkey.formats.markdown.syntax:MarkdownOptions",
        evidence="the house's quizzes, 78 files of strangers",
    ),
    Format(
        name="moodle",
        title="Moodle XML",
        extensions=(".moodle.xml", ".xml"),
        carries="stemkey.formats.moodle.questions:CARRIES",
        reads="stemkey.formats.moodle.reader:read_moodle",
        writes="stemkey.formats.moodle.writer:write_moodle",
        recognises="stemkey.formats.moodle.questions:is_moodle",
        options="stemkey.formats.moodle.questions:MoodleOptions",
        evidence="exports of Moodle 4.5, banks of strangers",
    ),
    Format(
        name="canvas",
        title="Canvas QTI 1.2 (Classic Quizzes)",
        extensions=(".canvas.zip", ".zip", ".imscc"),
        archive=True,
        updates=True,
        carries="stemkey.formats.qti12.profiles:CANVAS_CARRIES",
        reads="stemkey.formats.qti12.reader:read_qti12",
        writes="stemkey.formats.qti12.writer:write_canvas",
        recognises="stemkey.formats.qti12.profiles:is_canvas",
        limits="stemkey.formats.qti12.limits:limit_to_canvas",
        options="stemkey.formats.qti12.profiles:CanvasOptions",
        evidence="packages written by Canvas's own exporter",
    ),
    Format(
        name="qti12",
        title="QTI 1.2",
        extensions=(".qti12.zip",),
        archive=True,
        carries="stemkey.formats.qti12.profiles:QTI12_CARRIES",
        reads="stemkey.formats.qti12.reader:read_qti12",
        writes="stemkey.formats.qti12.writer:write_qti12",
        recognises="stemkey.formats.qti12.profiles:is_qti12",
        limits="stemkey.formats.qti12.limits:limit_to_qti12",
        options="stemkey.formats.qti12.profiles:Qti12Options",
        evidence="exports of Angel, Blackboard, Cengage, D2L, R/exams, Respondus, WebCT and text2qti",
    ),
    Format(
        name="qti21",
        title="QTI 2.1 / 2.2",
        extensions=(".qti21.zip",),
        archive=True,
        carries="stemkey.formats.qti21.vocabulary:CARRIES",
        reads="stemkey.formats.qti21.reader:read_qti21",
        writes="stemkey.formats.qti21.writer:write_qti21",
        recognises="stemkey.formats.qti21.recognition:is_qti21",
        limits="stemkey.formats.qti21.limits:limit_to_qti21",
        options="stemkey.formats.qti21.vocabulary:Qti21Options",
        evidence="packages of TAO, ONYX, QTIWorks, R and the conformance suite; valid against the schemas of 2.1 and 2.2",
    ),
    Format(
        name="qti3",
        title="QTI 3.0",
        extensions=(".qti3.zip",),
        archive=True,
        carries="stemkey.formats.qti3.vocabulary:CARRIES",
        reads="stemkey.formats.qti3.reader:read_qti3",
        writes="stemkey.formats.qti3.writer:write_qti3",
        recognises="stemkey.formats.qti21.recognition:is_qti3",
        limits="stemkey.formats.qti21.limits:limit_to_qti3",
        options="stemkey.formats.qti3.vocabulary:Qti3Options",
        evidence="packages of 1EdTech, Cito and Kennisnet; qti-components plays ours; valid against SBAC's profile of 3.0",
    ),
    Format(
        name="json",
        title="JSON (the model itself)",
        extensions=(".json",),
        carries="stemkey.formats.native.shapes:CARRIES",
        reads="stemkey.formats.native.reader:read_json",
        writes="stemkey.formats.native.writer:write_json",
        recognises="stemkey.formats.native.shapes:is_native",
        evidence="its JSON Schema, checked with the jsonschema package",
    ),
    Format(
        name="gift",
        title="GIFT",
        extensions=(".gift", ".gift.txt"),
        carries="stemkey.formats.gift.syntax:CARRIES",
        reads="stemkey.formats.gift.reader:read_gift",
        writes="stemkey.formats.gift.writer:write_gift",
        recognises="stemkey.formats.gift.syntax:is_gift",
        options="stemkey.formats.gift.syntax:GiftOptions",
        evidence="exports of Moodle 4.5, files of strangers; gift-pegjs parses ours",
    ),
    Format(
        name="aiken",
        title="Aiken",
        extensions=(".aiken.txt", ".aiken"),
        carries="stemkey.formats.aiken.syntax:CARRIES",
        reads="stemkey.formats.aiken.reader:read_aiken",
        writes="stemkey.formats.aiken.writer:write_aiken",
        recognises="stemkey.formats.aiken.syntax:is_aiken",
        evidence="files of strangers",
    ),
    Format(
        name="text2qti",
        title="text2qti",
        extensions=(".text2qti.txt", ".txt"),
        carries="stemkey.formats.text2qti.syntax:CARRIES",
        reads="stemkey.formats.text2qti.reader:read_text2qti",
        writes="stemkey.formats.text2qti.writer:write_text2qti",
        recognises="stemkey.formats.text2qti.syntax:is_text2qti",
        limits="stemkey.formats.text2qti.limits:limit_to_text2qti",
        evidence="files of strangers; text2qti 0.8 reads ours",
    ),
    Format(
        name="rexams",
        title="R/exams exercise",
        extensions=(".Rmd", ".Rnw", ".rmd", ".rnw"),
        carries="stemkey.formats.rexams.syntax:CARRIES",
        reads="stemkey.formats.rexams.reader:read_rexams",
        recognises="stemkey.formats.rexams.syntax:is_rexams",
        evidence="exercises of the package exams and of strangers",
    ),
    Format(
        name="blackboard",
        title="Blackboard question upload",
        extensions=(".blackboard.txt", ".txt"),
        carries="stemkey.formats.blackboard.syntax:CARRIES",
        reads="stemkey.formats.blackboard.reader:read_blackboard",
        writes="stemkey.formats.blackboard.writer:write_blackboard",
        recognises="stemkey.formats.blackboard.syntax:is_blackboard",
        evidence="examples of strangers are read; no Blackboard has read ours",
    ),
)


class UnsupportedError(ValueError):
    """The format exists, the direction does not."""


class UnknownFormatError(ValueError):
    """No format of that name: says which one may have been meant."""

    def __init__(self, name: str) -> None:
        names = [row.name for row in FORMATS]
        close = get_close_matches(name.lower(), names, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"stemkey knows: {', '.join(names)}"
        super().__init__(f"there is no format {name!r}; {hint}")


class UndetectedFormatError(ValueError):
    """The format of a file cannot be told: builds its own sentence."""


def load(path: str) -> Any:
    """Return the object that `module:name` names."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def find_format(name: str) -> Format:
    """Return the format of a name; raise `UnknownFormatError` with a suggestion."""
    for row in FORMATS:
        if row.name == name:
            return row
    raise UnknownFormatError(name)


def detect_format(source: Source) -> Format:
    """Return the one format that the source is in: by a look at its first bytes, else by its extension.

    Two claims are an error that names both, never a guess.
    """
    readable = [row for row in FORMATS if row.reads is not None]
    sure = [row for row in readable if row.is_sure_of(source)]
    if not sure:
        lower = source.name.lower()
        sure = [row for row in readable if any(lower.endswith(extension) for extension in row.extensions)]
        sure = [row for row in sure if row.recognises is None] or sure
    if len(sure) == 1:
        return sure[0]
    names = ", ".join(row.name for row in sure or readable)
    what = "could be several formats" if sure else "is in no format that stemkey recognises"
    raise UndetectedFormatError(f"'{source.name}' {what}; say which one with --from ({names})")
