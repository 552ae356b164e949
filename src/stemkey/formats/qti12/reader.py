"""Quizzes from QTI 1.2: packages, course exports and bare XML."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from html import unescape

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source, read_zip
from stemkey.files.safe_xml import parse_xml
from stemkey.formats.qti12.assessment import Assessment, Gathering, read_assessment
from stemkey.formats.qti12.idents import MEMO, memo_text, read_memo
from stemkey.formats.qti12.manifest import read_manifest
from stemkey.formats.qti12.mattext import Incoming, Where
from stemkey.formats.qti12.meta import Meta, read_meta, whole
from stemkey.formats.qti12.profiles import CanvasOptions, Qti12Options
from stemkey.model import EMPTY, Item, Quiz, Section, Settings

_ROOT = re.compile(rb"<(?:\w+:)?questestinterop\b")
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_HOLDER = re.compile(rb"<(?:\w+:)?(assessment|objectbank)\b([^>]*)>")
_IDENT = re.compile(rb"\bident\s*=\s*[\"']([^\"']*)[\"']")
_TITLE = re.compile(rb"\btitle\s*=\s*[\"']([^\"']*)[\"']")
_QUESTION = re.compile(rb"assessment_question_identifierref</fieldlabel>\s*<fieldentry>([^<]+)<")
_ITEM_IDENT = re.compile(rb"<item\b[^>]*\bident=[\"']([^\"']*)[\"']")
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@rule("R301", Severity.ERROR)
def no_qti12_in_package() -> Text:
    """The archive holds no file with QTI 1.2 in it: it is another kind of package, or another version of QTI."""
    return Text("the package holds no QTI 1.2 file", "export the quiz again as QTI 1.2, or say the format with --from")


@rule("R302", Severity.ERROR)
def not_qti12(root: str) -> Text:
    """The XML is something else than QTI 1.2, whose outermost element is `questestinterop`.

    It may be Moodle XML, or QTI 2 or 3, which are formats of their own. Nothing is read from it.
    """
    return Text(f"the XML is no QTI 1.2: its outermost element is '{root}'", "say the format with --from")


@rule("R304", Severity.WARNING)
def several_quizzes(titles: tuple[str, ...]) -> Text:
    """The package is the export of a course, or of several quizzes. All of them are read, each as one section.

    What belongs to one quiz alone (its time limit, its instructions) is not taken over then. Read one quiz with
    `-O quiz=NAME`, the name being its title or its ident.
    """
    named = ", ".join(f"'{title}'" for title in titles)
    return Text(
        f"the package holds {len(titles)} quizzes: {named}; each is read as a section",
        "read one of them with -O quiz=NAME",
    )


@rule("R305", Severity.ERROR)
def no_such_quiz(name: str, titles: tuple[str, ...]) -> Text:
    """`-O quiz=NAME` names a quiz that the package does not hold, by title or by ident.

    Upper and lower case do not matter. The message lists what there is.
    """
    close = get_close_matches(name, titles, n=1)
    known = ", ".join(f"'{title}'" for title in titles) or "none"
    return Text(
        f"the package holds no quiz '{name}'",
        f"did you mean '{close[0]}'?" if close else f"its quizzes and banks are: {known}",
    )


@rule("R306", Severity.INFO)
def bank_beside_quiz(title: str, items: int) -> Text:
    """The package holds a question bank besides its quiz, with questions that the quiz does not use.

    Only the quiz is read. Read the bank with `-O quiz=NAME`, the name being its title.
    """
    return Text(
        f"the question bank '{title}' with {items} questions beside the quiz is not read",
        f"read it with -O 'quiz={title}'",
    )


def read_qti12(source: Source, options: CanvasOptions | Qti12Options, found: Diagnostics) -> Quiz:
    """Return the quiz of a package or of bare XML."""
    if source.head(4) == b"PK\x03\x04":
        files = read_zip(source, found)
        if files is None:
            return Quiz(identifier=_name(source.stem))
        return _package(source, files, options.quiz, found)
    if not _ROOT.search(source.data, 0, 65536) and (first := _FIRST_ELEMENT.search(source.data, 0, 65536)):
        found.add(not_qti12(first[1].decode("utf-8", "replace")), Span(source.name, 1))
        return Quiz(identifier=_name(source.stem))
    incoming = Incoming({}, found, {}, is_own=_is_own(source.data))
    gathering = Gathering(incoming, found, _name(source.stem))
    assessment = read_assessment(source, "", gathering)
    return replace(_quiz(source, assessment, None, incoming, ""), is_bank=assessment.is_bank)


@dataclass(frozen=True, slots=True)
class _Holder:
    """A file of a package that holds items."""

    name: str
    kind: str
    """`assessment`, `objectbank`, or nothing for loose items."""
    ident: str
    title: str
    data: bytes

    @property
    def folder(self) -> str:
        return self.name.rpartition("/")[0]

    def is_called(self, name: str) -> bool:
        return name.casefold() in {self.ident.casefold(), self.title.casefold()}


def _package(source: Source, files: Mapping[str, bytes], wanted: str, found: Diagnostics) -> Quiz:
    manifest = read_manifest(source, files, found)
    holders = _holders(files, manifest.order)
    if not holders:
        found.add(no_qti12_in_package(), Span(source.name, 1))
        return Quiz(identifier=_name(source.stem))
    banks = [holder for holder in holders if holder.kind == "objectbank"]
    quizzes = [holder for holder in holders if holder.kind == "assessment"]
    loose = [holder for holder in holders if not holder.kind]
    chosen = quizzes or [*loose, *banks]
    if wanted:
        chosen = [holder for holder in (*quizzes, *banks) if holder.is_called(wanted)][:1]
        if not chosen:
            titles = tuple(holder.title or holder.ident for holder in (*quizzes, *banks))
            found.add(no_such_quiz(wanted, titles), Span(source.name, 1))
            return Quiz(identifier=_name(source.stem))
    incoming = Incoming(files, found, _file_keys(chosen[0].data), is_own=_is_own(chosen[0].data))
    gathering = Gathering(incoming, found, _name(source.stem))
    for holder in (*banks, *(loose if chosen != loose else ())):
        gathering.banks[holder.ident or holder.name] = (_member(source, holder), holder.folder)
    read = [(holder, read_assessment(_member(source, holder), holder.folder, gathering)) for holder in chosen]
    if len(read) == 1:
        holder, assessment = read[0]
        if quizzes and not wanted:
            _mention_banks(source, banks, holder, gathering, found)
            _mention_loose(source, loose, assessment, found)
        meta = _meta(source, files, holder, found)
        quiz = _quiz(source, assessment, meta, incoming, holder.folder)
        if not any(name.startswith("course_settings/") for name in files):
            quiz = _with_pictures(quiz, incoming, manifest.pictures)
        return replace(quiz, is_bank=holder.kind == "objectbank")
    if quizzes:
        found.add(several_quizzes(tuple(holder.title or holder.ident for holder in chosen)), Span(source.name, 1))
    sections = [section for holder, assessment in read for section in _as_sections(holder, assessment)]
    return Quiz(
        identifier=_name(source.stem),
        sections=tuple(sections),
        is_bank=not quizzes,
        assets=incoming.assets,
        span=Span(source.name, 1),
    )


def _member(source: Source, holder: _Holder) -> Source:
    return Source(f"{source.name}:{holder.name}", holder.data)


def _holders(files: Mapping[str, bytes], order: Mapping[str, int]) -> list[_Holder]:
    """Return the files with items, in the manifest's order; of two with one ident, Canvas's fuller one."""
    found: dict[tuple[str, str], _Holder] = {}
    names = [name for name, data in files.items() if _ROOT.search(data, 0, 4096)]
    for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
        data = files[name]
        match = _HOLDER.search(data, 0, 65536)
        kind, attributes = (match[1].decode(), match[2]) if match else ("", b"")
        ident, title = _attribute(_IDENT, attributes), _attribute(_TITLE, attributes)
        if kind == "objectbank" and not title:
            title = _bank_title(data)
        key = (kind, ident) if ident else (kind, name)
        # A cartridge holds a quiz twice: as Common Cartridge has it, and whole in a file of Canvas's own.
        if key not in found or name.endswith(".qti"):
            found[key] = _Holder(name, kind, ident, title, data)
    return list(found.values())


def _attribute(pattern: re.Pattern[bytes], attributes: bytes) -> str:
    match = pattern.search(attributes)
    return unescape(match[1].decode("utf-8", "replace")) if match else ""


def _bank_title(data: bytes) -> str:
    match = re.search(rb"<fieldlabel>bank_title</fieldlabel>\s*<fieldentry>([^<]*)<", data[:65536])
    return unescape(match[1].decode("utf-8", "replace")) if match else ""


def _mention_banks(
    source: Source, banks: Iterable[_Holder], quiz: _Holder, gathering: Gathering, found: Diagnostics
) -> None:
    """Say which banks hold questions that the quiz does not show; Canvas puts each question of a quiz in a bank."""
    shown = {match.strip() for match in _QUESTION.findall(quiz.data)}
    for bank in banks:
        idents = set(_ITEM_IDENT.findall(bank.data))
        if idents - shown and bank.ident not in gathering.used_banks:
            found.add(bank_beside_quiz(bank.title or bank.ident, len(idents)), Span(source.name, 1))


def _mention_loose(source: Source, loose: Iterable[_Holder], assessment: Assessment, found: Diagnostics) -> None:
    """Say which questions in files of their own the quiz does not name."""
    shown = {item.identifier.encode() for section in assessment.sections for item in section.items}
    for holder in loose:
        if idents := set(_ITEM_IDENT.findall(holder.data)) - shown:
            found.add(bank_beside_quiz(holder.name, len(idents)), Span(source.name, 1))


def _as_sections(holder: _Holder, assessment: Assessment) -> list[Section]:
    """Return one of several quizzes as a section: its own items, then the groups that it draws from."""
    plain: list[Item] = []
    groups: list[Section] = []
    title = assessment.title or holder.title
    for section in assessment.sections:
        if section.select is None and not section.bank:
            plain += section.items
        else:
            groups.append(replace(section, title=f"{title}: {section.title}" if section.title else title))
    own = [Section(identifier=holder.ident, title=title, items=tuple(plain))] if plain else []
    return [*own, *groups]


def _with_pictures(quiz: Quiz, incoming: Incoming, names: Iterable[str]) -> Quiz:
    """Keep the files that a quiz's own package lists, also those that no text names."""
    for name in names:
        incoming.keep(name)
    return replace(quiz, assets=incoming.assets)


def _is_own(data: bytes) -> bool:
    return data.find(f"<fieldlabel>{MEMO}</fieldlabel>".encode(), 0, 8192) >= 0


def _file_keys(data: bytes) -> dict[str, str]:
    """Return the authors' own names of the files, where our own writer changed them."""
    start = data.find(f"<fieldlabel>{MEMO}</fieldlabel>".encode(), 0, 8192)
    end = data.find(b"</fieldentry>", start) if start >= 0 else -1
    if end < 0:
        return {}
    entry = data[start:end].partition(b"<fieldentry>")[2]
    renamed = read_memo(unescape(entry.decode("utf-8", "replace"))).get("files")
    if not isinstance(renamed, dict):
        return {}
    return {path: key for path, key in renamed.items() if isinstance(path, str) and isinstance(key, str)}


def _meta(source: Source, files: Mapping[str, bytes], holder: _Holder, found: Diagnostics) -> Meta | None:
    """Return what the meta file says: it lies in the folder that is called like the assessment."""
    base = holder.name.partition("/")[0] if holder.name.count("/") > 1 else ""
    for folder in (holder.ident, holder.folder, f"{base}/{holder.ident}"):
        name = f"{folder}/assessment_meta.xml" if folder else "assessment_meta.xml"
        if name in files:
            root = parse_xml(Source(f"{source.name}:{name}", files[name]), found)
            return None if root is None else read_meta(root)
    return None


def _quiz(source: Source, assessment: Assessment, meta: Meta | None, incoming: Incoming, folder: str) -> Quiz:
    memo = read_memo(assessment.fields.get(MEMO))
    settings = meta.settings if meta is not None else _own_settings(assessment.fields)
    unsaid = memo.get("unsaid")
    if isinstance(unsaid, list):
        settings = replace(settings, **{name: None for name in ("attempts", "shuffle_choices") if name in unsaid})
    description = meta.description if meta is not None else ""
    where = Where(source.name, folder)
    return Quiz(
        identifier=memo_text(memo, "identifier") or _name(assessment.ident) or _name(source.stem),
        title="" if memo.get("untitled") else (meta.title if meta is not None else "") or assessment.title,
        instructions=incoming.content(description, None, where) if description else assessment.instructions or EMPTY,
        settings=settings,
        sections=tuple(assessment.sections),
        assets=incoming.assets,
        extensions=dict(meta.extensions) if meta is not None else {},
        span=Span(source.name, 1),
    )


def _own_settings(fields: Mapping[str, str]) -> Settings:
    said = fields.get("cc_maxattempts", "").strip().lower()
    attempts = 0 if said == "unlimited" else whole(said)
    limit = whole(fields.get("qmd_timelimit"))
    return Settings(
        attempts=max(attempts, 0) if attempts is not None else None,
        time_limit=limit if limit is not None and limit > 0 else None,
    )


def _name(text: str) -> str:
    """Return a text as a quiz's identifier: letters, digits, `-`, `_` and `.` only."""
    return _NOT_IN_NAMES.sub("_", text).strip("_") or ("quiz" if text else "")
