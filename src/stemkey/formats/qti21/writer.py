"""A quiz becomes a QTI package: manifest, test, one file per item, the files that they show."""

import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

from stemkey.files import Files
from stemkey.formats.qti21.assessment_writer import AssessmentWriter
from stemkey.formats.qti21.item_writer import ItemWriter
from stemkey.formats.qti21.manifest import MANIFEST, About, Resource, write_manifest
from stemkey.formats.qti21.markup import MarkupWriter, contents_of
from stemkey.formats.qti21.spelling import Spelling
from stemkey.formats.qti21.styles import STYLESHEET, StyleWriter
from stemkey.formats.qti21.vocabulary import Dialect, Qti21Options, dialect_of, safe_name
from stemkey.model import (
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    TextEntryInteraction,
)

TEST = "assessment.xml"
BANK = "bank.xml"
FOLDER = "items"
HREF = "href"
FILES = "files"
"""Attributes of a foreign item: where its file was in the package, and which files it needs (JSON)."""

_SAFE_PATH = re.compile(r"[^\x00-\x1f\\:*?\"<>|]+\Z")


def write_qti21(quiz: Quiz, options: Qti21Options) -> Files:
    """Return the files of a QTI 2.1 or 2.2 package."""
    return write_package(quiz, dialect_of(options))


def write_package(quiz: Quiz, dialect: Dialect) -> Files:
    """Return the files of a package in a dialect."""
    return _Package(quiz, dialect).files()


class _Package:
    """One run of `write_package`."""

    def __init__(self, quiz: Quiz, dialect: Dialect) -> None:
        self._quiz = quiz
        self._dialect = dialect
        self._items = list(quiz.items)
        self._spelling = Spelling(dialect)
        self._styles = StyleWriter()
        self._taken = {MANIFEST, TEST, BANK, STYLESHEET}
        self._paths = self._asset_paths(quiz.assets)
        self._names = unique_names([item.identifier for item in self._items])
        self._hrefs = [self._item_path(item, name) for item, name in zip(self._items, self._names, strict=True)]

    def files(self) -> Files:
        documents = self._documents()
        index = self._index()
        files: dict[str, bytes] = {path: text.encode() for path, text in zip(self._hrefs, documents, strict=True)}
        files[BANK if self._quiz.is_bank else TEST] = index.encode()
        files.update({self._paths[key]: asset.data for key, asset in self._quiz.assets.items()})
        if self._styles:
            files[STYLESHEET] = self._styles.text().encode()
        resources = self._resources()
        files[MANIFEST] = write_manifest(
            self._dialect, safe_name(f"manifest-{self._quiz.identifier}"), resources
        ).encode()
        return files

    def _documents(self) -> list[str]:
        """Return the items' files; written twice where the first time shows that a stylesheet is needed."""
        markup = MarkupWriter(self._dialect, self._styles, self._paths, "../")
        writer = ItemWriter(self._spelling, markup)
        documents = []
        for position, item in enumerate(self._items, 1):
            foreign = foreign_of(item)
            if foreign is not None:
                documents.append(foreign.raw)
                continue
            text = writer.document(item, position, styled=False)
            if ' class="' in text and "sk-" in text:
                text = writer.document(item, position, styled=True)
            documents.append(text)
        return documents

    def _index(self) -> str:
        markup = MarkupWriter(self._dialect, self._styles, self._paths, "")
        refs = list(zip(self._names, self._hrefs, strict=True))
        writer = AssessmentWriter(self._spelling, markup, refs)
        return writer.bank(self._quiz) if self._quiz.is_bank else writer.test(self._quiz)

    # --- names --------------------------------------------------------------------------------------------------

    def _asset_paths(self, keys: Iterable[str]) -> dict[str, str]:
        """Return where each asset goes: where its key says, unless that is no path or taken."""
        paths: dict[str, str] = {}
        for position, key in enumerate(keys, 1):
            path = key
            if not _is_path(key) or key.lower() in self._taken:
                base = re.sub(r"[^A-Za-z0-9_.-]+", "_", posixpath.basename(key.replace("\\", "/"))).strip("._")
                path = f"assets/{position}-{base or 'file'}"
            self._taken.add(path.lower())
            paths[key] = path
        return paths

    def _item_path(self, item: Item, name: str) -> str:
        foreign = foreign_of(item)
        path = foreign.attributes.get(HREF, "") if foreign else ""
        if not _is_path(path) or path.lower() in self._taken:
            path = f"{FOLDER}/{name}.xml"
        count = 1
        while path.lower() in self._taken:
            count += 1
            path = f"{FOLDER}/{name}-{count}.xml"
        self._taken.add(path.lower())
        return path

    # --- manifest -----------------------------------------------------------------------------------------------

    def _resources(self) -> list[Resource]:
        quiz, kind = self._quiz, self._dialect.resource
        styles = (STYLESHEET,) if self._styles else ()
        identifier = safe_name(quiz.identifier)
        about = About(
            identifier=quiz.identifier if identifier != quiz.identifier else "",
            tags=quiz.tags,
            category=quiz.category,
            shuffle_choices=quiz.settings.shuffle_choices,
        )
        whole = Resource(
            identifier=_free(identifier, self._names),
            kind=kind.format("section" if quiz.is_bank else "test"),
            path=BANK if quiz.is_bank else TEST,
            files=(*styles, *self._used([quiz.instructions, *(section.instructions for section in quiz.sections)])),
            dependencies=tuple(self._names),
            about=about,
        )
        items = [
            self._item_resource(item, name, path, styles)
            for item, name, path in zip(self._items, self._names, self._hrefs, strict=True)
        ]
        listed = {path for resource in (whole, *items) for path in resource.files}
        others = [path for path in self._paths.values() if path not in listed]
        taken = {whole.identifier, *self._names}
        return [whole, *items, *(_webcontent(path, position, taken) for position, path in enumerate(others, 1))]

    def _item_resource(self, item: Item, name: str, path: str, styles: tuple[str, ...]) -> Resource:
        foreign = foreign_of(item)
        files = _listed(foreign, self._paths) if foreign else self._used(item_contents(item))
        kind = self._dialect.resource.format("item")
        return Resource(
            identifier=name,
            kind=foreign.attributes.get("resource", kind) if foreign else kind,
            path=path,
            files=(*(styles if not foreign else ()), *files),
            about=About(
                identifier=item.identifier if name != item.identifier else "",
                tags=item.tags,
                category=item.category,
                objective=item.objective,
            ),
        )

    def _used(self, contents: Iterable[Content]) -> tuple[str, ...]:
        """Return the package's files that contents name."""
        if not self._paths:
            return ()
        seen: dict[str, None] = {}
        for content in contents:
            if "<" in content:
                contents_of(content, seen.setdefault)
        return tuple(self._paths[name] for name in seen if name in self._paths)


def foreign_of(item: Item) -> ForeignInteraction | None:
    """Return the foreign interaction that stands for the whole item, None where there is none."""
    for interaction in item.interactions:
        if isinstance(interaction, ForeignInteraction):
            return interaction
    return None


def unique_names(identifiers: Sequence[str]) -> list[str]:
    """Return safe names, no two the same in any letter case: they become file names."""
    names: list[str] = []
    taken: set[str] = set()
    for identifier in identifiers:
        name = _free(safe_name(identifier), taken)
        taken.add(name.lower())
        names.append(name)
    return names


def _free(name: str, taken: Iterable[str]) -> str:
    lower = {other.lower() for other in taken} if not isinstance(taken, set) else taken
    candidate, count = name, 1
    while candidate.lower() in lower:
        count += 1
        candidate = f"{name}-{count}"
    return candidate


def _is_path(key: str) -> bool:
    parts = key.split("/")
    return (
        bool(key) and _SAFE_PATH.match(key) is not None and not any(part.strip() in {"", ".", ".."} for part in parts)
    )


def _webcontent(path: str, position: int, taken: set[str]) -> Resource:
    name = _free(f"file-{position}", {other.lower() for other in taken})
    return Resource(identifier=name, kind="webcontent", path=path)


def _listed(foreign: ForeignInteraction, paths: Mapping[str, str]) -> tuple[str, ...]:
    try:
        names = json.loads(foreign.attributes.get(FILES, "[]"))
    except ValueError:
        return ()
    return tuple(paths[name] for name in names if isinstance(name, str) and name in paths)


def item_contents(item: Item) -> Iterable[Content]:
    """Give every content of an item."""
    feedback = item.feedback
    yield from (item.body, feedback.general, feedback.correct, feedback.partial, feedback.incorrect)
    yield from (hint.content for hint in item.hints)
    for interaction in item.interactions:
        yield from _interaction_contents(interaction)


def _interaction_contents(interaction: Interaction) -> Iterable[Content]:
    match interaction:
        case (
            ChoiceInteraction(choices=choices)
            | InlineChoiceInteraction(choices=choices)
            | OrderInteraction(choices=choices)
        ):
            yield from _choice_contents(choices)
        case MatchInteraction(pairs=pairs, targets=targets):
            yield from (pair.source for pair in pairs)
            yield from (target.content for target in targets)
        case TextEntryInteraction(accepted=accepted, other_feedback=other):
            yield from (entry.feedback for entry in accepted)
            yield other
        case ExtendedTextInteraction(template=template, grader_notes=notes):
            yield from (template, notes)
        case _:
            pass


def _choice_contents(choices: Sequence[Choice]) -> Iterable[Content]:
    for choice in choices:
        yield choice.content
        yield choice.feedback
