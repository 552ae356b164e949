"""One reading of a Moodle XML file: texts with their formats and files, shares, numbers, and their findings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Span, Text, rule
from stemkey.formats.moodle.elements import NOTE
from stemkey.formats.moodle.files import (
    LooseFile,
    ReadFiles,
    decode_base64,
    missing_files,
    named_files,
    use_keys,
)
from stemkey.formats.moodle.shares import CREDIT_OF_PERCENT, exact_share, nearest_legal
from stemkey.model import EMPTY, Content, Interaction, text_content
from stemkey.richtext.from_markdown import from_markdown
from stemkey.richtext.sanitise import markup_left_out, sanitise

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R204", Severity.WARNING)
def share_not_accepted(percent: str) -> Text:
    """Moodle accepts only certain shares for an answer, and refuses the whole file for another one.

    They are 100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571,
    12.5, 11.11111, 10, 5 and 0 percent and their negatives, to three decimals. The share is read as it is
    written; Moodle itself would not import this file.
    """
    return Text(f"Moodle does not accept {percent} % for an answer", "use the nearest share of Moodle's list")


@rule("R205", Severity.ERROR)
def share_not_a_number(text: str) -> Text:
    """The `fraction` of an answer is no number, so what the answer is worth cannot be told.

    Moodle stops at it too. A comma is no decimal point there: Moodle reads `50,5` as 50.
    """
    return Text(f"fraction {text!r} is not a number of percent", "write a number such as 100, 50 or 33.33333")


@rule("R206", Severity.WARNING)
def text_without_text_element(tag: str) -> Text:
    """The words stand directly in the element, not in a `<text>` inside it, or hold tags that are not in CDATA.

    Moodle reads an empty text from the first, and refuses the file for the second. Stemkey reads what is there.
    """
    return Text(f"the text of <{tag}> is not one <text> with CDATA", f"write <{tag}><text><![CDATA[…]]></text></{tag}>")


@rule("R208", Severity.WARNING)
def file_damaged(name: str) -> Text:
    """The base64 of an embedded file cannot be decoded, so the file is left out.

    Moodle would store whatever comes out of it, without a word. The text that names the file is kept.
    """
    return Text(f"the embedded file {name!r} is damaged", "export the question again, or embed the file again")


@rule("R221", Severity.WARNING)
def file_missing(name: str) -> Text:
    """A text names an embedded file that does not stand beside it, so a picture or a link will be broken.

    Moodle says nothing about it. GIFT never holds files: export as Moodle XML to have them.
    """
    return Text(f"the embedded file {name!r} is missing", "export the question again, as Moodle XML")


@rule("R211", Severity.ERROR)
def number_not_understood(what: str, text: str) -> Text:
    """A number was expected and something else stands there. Moodle's importer stops at it with a database error."""
    return Text(f"{what} is {text!r}, which is not a number", "write it with digits and a decimal point")


@rule("R212", Severity.WARNING)
def format_not_known(name: str) -> Text:
    """The text's `format` is none of html, plain_text, markdown, moodle_auto_format: it is read as HTML, as Moodle does."""
    return Text(f"text format {name!r} is not known; the text is read as HTML", "use format html")


FORMATS = frozenset({"html", "plain_text", "markdown", "moodle_auto_format", "wiki_like"})
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_PHP_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
# Most texts are words or one paragraph of words: nothing to clean.
_SIMPLE = re.compile(r"[^<>&\r\x00]*+|<p>(?! )[^<>&\r\n\t\x00]++(?<! )</p>")
_HTML_TAG = re.compile(r"</?[A-Za-z]")


def parse_number(text: str) -> Fraction | None:
    """Return a decimal number exactly, None where the text is no number."""
    text = text.strip()
    if len(text) > 400 or not _NUMBER.match(text):
        return None
    return Fraction(text)


@dataclass(slots=True)
class Question:
    """A `<question>` element sorted by what its children are."""

    element: "_Element"
    kind: str
    number: str
    fields: dict[str, "_Element"] = field(default_factory=dict)
    """The first child of each other name."""
    answers: list["_Element"] = field(default_factory=list)
    parts: list["_Element"] = field(default_factory=list)
    """Children that may be several and that only some types have: subquestions, drag boxes, options."""
    hints: list["_Element"] = field(default_factory=list)

    def text(self, tag: str) -> str | None:
        """Return the bare text of a child, None where there is none."""
        child = self.fields.get(tag)
        return None if child is None else (child.text or "").strip()

    def is_true(self, tag: str, *, default: bool) -> bool:
        """Return a setting as Moodle takes it: only `false`, `0` and nothing are false."""
        text = self.text(tag)
        return default if text is None else text not in {"false", "0", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a type of question adds to an item."""

    body: Content
    interactions: tuple[Interaction, ...] = ()
    points: Fraction | None = None
    """None: as `defaultgrade` says."""
    extensions: dict[str, str] = field(default_factory=dict)


def line_of(element: "_Element") -> int:
    """Return the line on which an element begins."""
    line: int | None = element.sourceline  # type: ignore[assignment]  # the stubs leave it open
    return line or 1


def convert(raw: str, format: str) -> tuple[Content, tuple[str, ...]]:  # noqa: A002 # Moodle's word
    """Return a text of one of Moodle's formats as content, and the names of markup that had to go."""
    if format == "markdown":
        dropped: list[str] = []
        return from_markdown(raw.strip("\r\n"), dropped=dropped), tuple(dropped)
    if format == "plain_text" or (format == "moodle_auto_format" and not _HTML_TAG.search(raw)):
        raw = _lines(raw, escape=format == "plain_text")
    elif _SIMPLE.fullmatch(raw):
        return Content(raw.strip()), ()
    return sanitise(raw)


class Reading:
    """What is gathered while one file is read."""

    def __init__(self, source_name: str, found: Diagnostics) -> None:
        self.source_name = source_name
        self.found = found
        self.files = ReadFiles()
        self.number: str | None = None
        """Of the item that is being read."""
        self.default_format = "html"
        """The format of the item's stem: answers and feedback without a format have it too."""
        self.filled_in = 0
        """Letters of texts and formulas that were filled in with numbers: a file says how often, so there is an end."""
        self.loose_files: dict[str, list[LooseFile]] = {}
        """Files that no text of the item names, by the element that holds them."""

    def place(self, element: "_Element") -> Span:
        """Return where an element begins."""
        return Span(self.source_name, line_of(element))

    def report(self, finding: Diagnostic, element: "_Element") -> None:
        """Add a finding about an element of the item that is being read."""
        self.found.add(finding, self.place(element), item=self.number)

    # ---- texts ---------------------------------------------------------------------------------

    def text(self, element: "_Element | None") -> str:
        """Return the plain text of an element's `<text>`."""
        if element is None:
            return ""
        for child in element:
            if child.tag == "text":
                if len(child):
                    return self._inner(child, element)
                return (child.text or "").strip()
        return self._own_text(element)

    def content(self, element: "_Element | None", place: str = "") -> Content:
        """Return the text of an element as content: its format converted, its files gathered."""
        if element is None:
            return EMPTY
        children = list(element)
        if len(children) == 1 and children[0].tag == "text" and not len(children[0]):
            # As a rule an element holds a text and nothing else, and 13 of them make a question.
            return self.short_content(children[0].text, element)
        raw: str | None = None
        files: list[_Element] = []
        for child in children:
            tag = child.tag
            if tag == "text":
                if raw is None:
                    raw = self._inner(child, element) if len(child) else (child.text or "")
            elif tag == "file":
                files.append(child)
        if raw is None:
            raw = self._own_text(element)
        if not raw and not files:
            return EMPTY
        content = self._converted(raw, element.get("format") or self.default_format, element)
        if files:
            content = self._with_files(content, files, place or str(element.tag))
        if "@@PLUGINFILE@@/" in content:
            for name in missing_files(content):
                self.report(file_missing(name), element)
        return content

    def short_content(self, raw: str | None, element: "_Element") -> Content:
        """Return a text that stands without files in an element as content."""
        if not raw:
            return EMPTY
        form = element.get("format") or self.default_format
        if form == "html" and _SIMPLE.fullmatch(raw):
            return Content(raw.strip())
        content = self._converted(raw, form, element)
        if "@@PLUGINFILE@@/" in content:
            for name in missing_files(content):
                self.report(file_missing(name), element)
        return content

    def raw(self, element: "_Element", place: str) -> str:
        """Return a text as it stands in the source, only its files by their keys; `clean` comes later."""
        text = next((child for child in element if child.tag == "text"), None)
        raw = (
            self._own_text(element)
            if text is None
            else self._inner(text, element)
            if len(text)
            else (text.text or "").strip()
        )
        files = [child for child in element if child.tag == "file"]
        return self._with_files(Content(raw), files, place) if files else raw

    def _own_text(self, element: "_Element") -> str:
        text = (element.text or "").strip()
        if text:
            self.report(text_without_text_element(str(element.tag)), element)
        return text

    def _inner(self, child: "_Element", element: "_Element") -> str:
        from lxml import etree

        self.report(text_without_text_element(str(element.tag)), child)
        parts = [child.text or ""]
        parts += [etree.tostring(part, encoding="unicode", method="html") for part in child]
        return "".join(parts).strip()

    def _converted(self, raw: str, format: str, element: "_Element") -> Content:  # noqa: A002 # Moodle's word
        if format not in FORMATS:
            self.report(format_not_known(format), element)
        return self.clean(raw, format, element)

    def clean(self, raw: str, format: str, element: "_Element") -> Content:  # noqa: A002 # Moodle's word
        """Return a text of one of Moodle's formats as content."""
        content, dropped = convert(raw, format)
        if dropped:
            self.report(markup_left_out(dropped), element)
        return content

    # ---- files ---------------------------------------------------------------------------------

    def _with_files(self, content: Content, files: "Iterable[_Element]", place: str) -> Content:
        names = named_files(content)
        named = []
        for file in files:
            name, path = file.get("name") or "file", file.get("path") or "/"
            if path.lstrip("/") + name in names:
                named.append(file)
            else:
                self.loose_files.setdefault(place, []).append(LooseFile(name, path, (file.text or "").strip()))
        return use_keys(content, self._read_files(named)) if named else content

    def _read_files(self, files: "Iterable[_Element]") -> dict[str, str]:
        """Keep embedded files; return their keys by path and name in Moodle."""
        keys: dict[str, str] = {}
        for file in files:
            name, path = file.get("name") or "file", file.get("path") or "/"
            data = decode_base64(file.text or "")
            if data is None:
                self.report(file_damaged(name), file)
            else:
                key = self.files.add(name, path, data, file.get(NOTE))
                if key != path.lstrip("/") + name:
                    file.set(NOTE, key)  # for questions that are kept as they are
                keys.setdefault(path.lstrip("/") + name, key)
        return keys

    # ---- numbers -------------------------------------------------------------------------------

    def credit(self, element: "_Element", *, any_share: bool = False) -> Fraction:
        """Return an answer's share from its `fraction` in percent; a third is a third."""
        text = element.get("fraction")
        if text is None:
            return CREDIT_OF_PERCENT["0"]
        known = CREDIT_OF_PERCENT.get(text)
        return known if known is not None else self._odd_credit(text, element, any_share=any_share)

    def _odd_credit(self, text: str, element: "_Element", *, any_share: bool) -> Fraction:
        percent = parse_number(text)
        if percent is None:
            # PHP reads the number that a text begins with: "100%" is 100, "50,5" is 50.
            start = _PHP_NUMBER.match(text)
            if start is None:
                self.report(share_not_a_number(text), element)
                return CREDIT_OF_PERCENT["0"]
            percent = Fraction(start[0].strip())
            self.report(share_not_accepted(text), element)
        credit = percent / 100
        legal = nearest_legal(credit)
        if legal is not None:
            return legal
        if not any_share:
            self.report(share_not_accepted(text), element)
        return exact_share(credit)

    def amount(self, element: "_Element | None", default: Fraction, what: str) -> Fraction:
        """Return a number such as the points; the default where it is missing or not understood."""
        text = element.text.strip() if element is not None and element.text else ""
        if not text:
            return default
        known = _AMOUNTS.get(text)
        if known is not None:
            return known
        number = parse_number(text)
        if number is None:
            assert element is not None
            self.report(number_not_understood(what, text), element)
            return default
        return exact_share(number)


_AMOUNTS = {
    "1.0000000": Fraction(1),
    "1": Fraction(1),
    "1.0": Fraction(1),
    "0.0000000": Fraction(0),
    "0": Fraction(0),
    "2.0000000": Fraction(2),
    "0.5000000": Fraction(1, 2),
    "0.5": Fraction(1, 2),
    "0.3333333": Fraction(1, 3),
}


def _lines(text: str, *, escape: bool) -> str:
    """Return text whose line ends are shown as HTML; Moodle's own format may hold entities, plain text none."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return (text_content(text) if escape else text).replace("\n", "<br>")
