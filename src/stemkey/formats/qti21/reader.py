"""A QTI 2.x or 3.0 package, or one bare item, section or test, becomes a quiz."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source, read_zip
from stemkey.formats.qti21.assessment_reader import AssessmentReader, Reference
from stemkey.formats.qti21.content_reader import ContentReader
from stemkey.formats.qti21.item_reader import ItemFile, read_item
from stemkey.formats.qti21.manifest import MANIFEST, Manifest, Resource, index, read_manifest
from stemkey.formats.qti21.styles import STYLESHEET, Original, read_styles
from stemkey.formats.qti21.tree import MAXIMUM_DEPTH, Root, depth_exceeds, read_tree
from stemkey.formats.qti21.vocabulary import QTI2_NAMESPACES, QTI3_NAMESPACES, TOOL, Qti21Options
from stemkey.formats.qti21.writer import foreign_of
from stemkey.model import Asset, Item, Quiz, Section

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R620", Severity.ERROR)
def not_qti(what: str) -> Text:
    """The file is neither an item, a section nor a test of QTI 2.x or 3.0, nor a package of them.

    QTI 1.2 is another format in spite of its name: read it as `canvas` or `qti12`.
    """
    return Text(
        f"this is no QTI 2.x or 3.0: {what}", "give the package as the LMS exported it, or say its format with --from"
    )


@rule("R621", Severity.ERROR)
def file_named_but_absent(path: str) -> Text:
    """The test or the manifest names a question's file that the package does not hold, so the question is missing.

    An export that was cut short ends like this, and so does a package that was repacked by hand.
    """
    return Text(f"the package names '{path}' and does not hold it", "export the package again; the question is missing")


@rule("R622", Severity.INFO)
def item_outside_the_test(path: str) -> Text:
    """The package holds a question that its test does not use; it is not part of the quiz.

    A package without a test is read as a bank, with all its questions.
    """
    return Text(f"the test does not use '{path}'; it is not in the quiz", "add it to the test, or give the file alone")


@rule("R623", Severity.ERROR)
def nested_too_deeply(path: str) -> Text:
    """The file is nested hundreds of levels deep, which no question is; it is not read.

    Such a file is built to exhaust programs, or was damaged. The others of the package are read.
    """
    return Text(f"'{path}' is nested beyond reason", "export the question again")


@rule("R624", Severity.WARNING)
def another_test_left_out(path: str) -> Text:
    """The package holds several tests; a quiz is one, so the first is read.

    Give the package once for each test, with only that test in its manifest.
    """
    return Text(f"the package holds a second test, '{path}'; only the first is read", "split the package")


_NAMING = ("src", "href", "data", "poster")
"""Attributes that name files."""
_ITEM_ROOTS = frozenset({"assessmentItem"})
_TEST_ROOTS = frozenset({"assessmentTest", "assessmentSection"})
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store)")
_ENCODING = re.compile(r"""^(<\?xml\s[^>]*?encoding\s*=\s*)(["'])[A-Za-z0-9._-]+\2""")
_DECLARED = re.compile(rb"""^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_NOT_IDENTIFIER = re.compile(r"[^A-Za-z0-9._-]+")


def read_qti21(source: Source, options: Qti21Options, found: Diagnostics) -> Quiz:
    """Return the quiz of a QTI 2.x package or file."""
    return read_qti(source, found, "qti21")


def read_qti(source: Source, found: Diagnostics, format_name: str) -> Quiz:
    """Return the quiz of a package or file of QTI's family; foreign items are called after the format."""
    return _Reader(source, found, format_name).quiz()


@dataclass(slots=True)
class _Package:
    """The files, and what the manifest says of them."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    manifest: Manifest | None = None
    by_path: Mapping[str, Resource] = field(default_factory=dict)
    by_name: Mapping[str, Resource] = field(default_factory=dict)


class _Reader:
    """One run of `read_qti`."""

    def __init__(self, source: Source, found: Diagnostics, format_name: str) -> None:
        self._source = source
        self._found = found
        self._format = format_name
        self._package = _Package()
        self._assets: dict[str, Asset] = {}
        self._roots: dict[str, Root | None] = {}
        self._styles: Mapping[str, Original] = {}
        self._count = 0
        self._missing: set[str] = set()
        self._numbers: set[str] = set()

    def quiz(self) -> Quiz:
        if not self._source.data.startswith(b"PK\x03\x04"):
            return self._bare()
        files = read_zip(self._source, self._found)
        if files is None:
            return self._empty()
        self._package.files = {name: data for name, data in files.items() if not _JUNK.search(name)}
        sheet = self._package.files.get(STYLESHEET)
        self._styles = read_styles(sheet.decode("utf-8", "replace")) if sheet else {}
        self._read_manifest()
        return self._packaged()

    def _empty(self) -> Quiz:
        return Quiz(identifier=_identifier(self._source.stem), span=Span(self._source.name, 1))

    # --- one file -----------------------------------------------------------------------------------------------

    def _bare(self) -> Quiz:
        path = posixpath.basename(self._source.name.replace("\\", "/")) or "item.xml"
        self._package.files = {path: self._source.data}
        self._add_neighbours(path)
        root = self._root(path)
        if root is None:
            return self._empty()
        name = str(root.element.tag)
        if name in _TEST_ROOTS:
            return self._test(path, root)
        if name not in _ITEM_ROOTS:
            self._found.add(not_qti(f"its first element is <{name.rpartition('}')[2]}>"), Span(self._source.name, 1))
            return self._empty()
        item = self._item(path)
        sections = (Section(items=(item,)),) if item is not None else ()
        return Quiz(
            identifier=_identifier(self._source.stem),
            title=" ".join(root.element.get("title", "").split()) if root.element.get("toolName") != TOOL else "",
            is_bank=True,
            sections=sections,
            assets=self._assets,
            span=Span(self._source.name, 1),
        )

    def _add_neighbours(self, path: str) -> None:
        """Let a bare file find the files that it names beside it."""
        if self._source.folder is not None:
            self._package.files = _Beside(self._source, path)

    # --- a package ----------------------------------------------------------------------------------------------

    def _read_manifest(self) -> None:
        names = sorted((name for name in self._package.files if posixpath.basename(name) == MANIFEST), key=len)
        if not names:
            return
        root = read_tree(Source(f"{self._source.name}:{names[0]}", self._package.files[names[0]]), self._found)
        if root is None:
            return
        manifest = read_manifest(root.element, names[0])
        self._package.manifest = manifest
        self._package.by_path = {resource.path: resource for resource in reversed(manifest.resources)}
        self._package.by_name = index(manifest.resources)

    def _packaged(self) -> Quiz:
        tests = self._paths_of("test") or self._paths_of("section")
        for path in tests:
            root = self._root(path)
            if root is not None and root.element.tag in _TEST_ROOTS:
                for other in tests[1:]:
                    self._found.add(another_test_left_out(other), Span(self._place(other), 1))
                return self._test(path, root)
        return self._bank()

    def _paths_of(self, role: str) -> list[str]:
        """Return the files of a role: by the manifest, else by their first element."""
        manifest = self._package.manifest
        if manifest is not None and any(resource.role for resource in manifest.resources):
            paths = [resource.path for resource in manifest.resources if resource.role == role]
            for path in paths:
                if path not in self._package.files:
                    self._absent(path)
            return [path for path in dict.fromkeys(paths) if path in self._package.files]
        wanted = {"test": "assessmentTest", "section": "assessmentSection", "item": "assessmentItem"}[role]
        return [
            path
            for path in sorted(self._package.files)
            if _may_be_qti(path, self._package.files[path])
            and (root := self._root(path)) is not None
            and root.element.tag == wanted
        ]

    def _bank(self) -> Quiz:
        paths = self._paths_of("item")
        items = tuple(item for path in paths if (item := self._item(path)) is not None)
        if not paths:
            self._found.add(not_qti("the package names no item and no test"), Span(self._source.name, 1))
        return Quiz(
            identifier=_identifier(self._source.stem),
            is_bank=True,
            sections=(Section(items=items),) if items else (),
            assets=self._assets,
            span=Span(self._source.name, 1),
        )

    def _test(self, path: str, root: Root) -> Quiz:
        resource = self._package.by_path.get(path)
        contents = ContentReader(self._package.files, path, self._styles, self._found, self._place(path))
        reader = AssessmentReader(path, self._place(path), contents, self._found, self._section_file, self._reference)
        quiz = reader.quiz(root.element, resource.about if resource else None, _identifier(self._source.stem))
        self._assets.update(contents.assets)
        self._note_unused(reader.used)
        return Quiz(
            identifier=quiz.identifier,
            title=quiz.title,
            instructions=quiz.instructions,
            settings=quiz.settings,
            tags=quiz.tags,
            category=quiz.category,
            is_bank=quiz.is_bank,
            sections=quiz.sections,
            assets=self._assets,
            span=quiz.span,
        )

    def _note_unused(self, used: set[str]) -> None:
        manifest = self._package.manifest
        for resource in manifest.resources if manifest else ():
            if resource.role == "item" and resource.path not in used and resource.path in self._package.files:
                self._found.add(item_outside_the_test(resource.path), Span(self._place(resource.path), 1))

    # --- files --------------------------------------------------------------------------------------------------

    def _place(self, path: str) -> str:
        return (
            self._source.name
            if isinstance(self._package.files, _Beside) or len(self._package.files) == 1
            else f"{self._source.name}:{path}"
        )

    def _absent(self, path: str) -> None:
        if path not in self._missing:
            self._missing.add(path)
            self._found.add(file_named_but_absent(path), Span(self._source.name, 1))

    def _root(self, path: str) -> Root | None:
        if path not in self._roots:
            root = read_tree(Source(self._place(path), self._package.files[path]), self._found)
            if root is not None and depth_exceeds(root.element, MAXIMUM_DEPTH):
                self._found.add(nested_too_deeply(path), Span(self._place(path), 1))
                root = None
            self._roots[path] = root
        return self._roots[path]

    def _section_file(self, path: str) -> "_Element | None":
        """Return a section that stands in a file of its own; None where there is no such file."""
        if path not in self._package.files:
            return None
        root = self._root(path)
        return root.element if root is not None and root.element.tag == "assessmentSection" else None

    def _reference(self, reference: Reference) -> Item | None:
        """Return the item that a test refers to; None, with a finding, where its file is absent."""
        path = reference.path
        if path not in self._package.files:
            resource = self._package.by_name.get(reference.href)
            path = resource.path if resource is not None else path
        if path not in self._package.files:
            self._absent(path)
            return None
        return self._item(path)

    def _item(self, path: str) -> Item | None:
        root = self._root(path)
        if root is None:
            return None
        if root.element.tag not in _ITEM_ROOTS or root.namespace not in ("", *QTI2_NAMESPACES, *QTI3_NAMESPACES):
            name = str(root.element.tag).rpartition("}")[2]
            self._found.add(not_qti(f"'{path}' begins with <{name}>"), Span(self._place(path), 1))
            return None
        self._count += 1
        resource = self._package.by_path.get(path)
        file = ItemFile(
            path=path,
            raw=_text(self._package.files[path]),
            root=root.element,
            source=self._place(path),
            kind=resource.kind if resource else _kind(root.namespace),
            needs=lambda: self._needs(resource, path),
            **({"about": resource.about} if resource else {}),
        )
        read = read_item(file, self._count, self._package.files, self._styles, self._found, self._format)
        # A test may use an item twice; each file is read once more, since reading moves parts of its tree.
        self._roots.pop(path, None)
        self._assets.update(read.contents.assets)
        item = read.item
        if foreign_of(item) is not None:
            self._keep(file.needs())
        return self._numbered(item)

    def _numbered(self, item: Item) -> Item:
        number, count = item.number, self._count
        while number in self._numbers:
            number, count = str(count), count + 1
        self._numbers.add(number)
        return item if number == item.number else replace(item, number=number)

    def _needs(self, resource: Resource | None, place: str) -> tuple[str, ...]:
        """Return the files that an item needs: what it names, and what the manifest says, with its dependencies.

        Reading an item changes its tree, so the file is parsed again: few items are kept whole and need to know.
        """
        files: dict[str, None] = {}
        if resource is not None:
            files.update(dict.fromkeys(path for path in resource.files if path != resource.path))
            for name in resource.dependencies:
                other = self._package.by_name.get(name)
                if other is not None and not other.role:
                    files.update(dict.fromkeys((other.path, *other.files)))
        root = read_tree(Source(place, self._package.files[place]), Diagnostics())
        for element in root.element.iter() if root is not None else ():
            for attribute in _NAMING:
                if value := element.get(attribute):
                    files[posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(value)))] = None
        return tuple(path for path in sorted(files) if path and path != place and path in self._package.files)

    def _keep(self, paths: tuple[str, ...]) -> None:
        for path in paths:
            self._assets[path] = Asset(name=path, data=self._package.files[path])


class _Beside(Mapping[str, bytes]):
    """The files beside a bare file, read when they are asked for; none outside its folder."""

    def __init__(self, source: Source, path: str) -> None:
        self._folder = source.folder
        self._known: dict[str, bytes | None] = {path: source.data}

    def __getitem__(self, path: str) -> bytes:
        if path not in self._known:
            self._known[path] = self._look(path)
        data = self._known[path]
        if data is None:
            raise KeyError(path)
        return data

    def __iter__(self) -> Iterator[str]:
        return (path for path, data in self._known.items() if data is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _look(self, path: str) -> bytes | None:
        if self._folder is None or not path or path.startswith(("/", "..")) or ":" in path:
            return None
        folder = self._folder.resolve()
        try:
            file = (folder / path).resolve()
            return file.read_bytes() if file.is_relative_to(folder) and file.is_file() else None
        except (OSError, ValueError):
            return None


def _kind(namespace: str) -> str:
    """Return the type that a manifest gives an item of a namespace."""
    version = re.search(r"v[23]p\d", namespace)
    return f"imsqti_item_xml{version[0]}" if version else ""


def _may_be_qti(path: str, data: bytes) -> bool:
    return path.lower().endswith((".xml", ".qti")) and posixpath.basename(path) != MANIFEST and b"assessment" in data


def _text(data: bytes) -> str:
    """Return a file's text as it stands; it says UTF-8 where it names its encoding."""
    declared = _DECLARED.match(data)
    encoding = declared[1].decode("ascii") if declared else "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = data.decode("utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding)
    except (LookupError, UnicodeDecodeError):
        text = data.decode("utf-8", "replace")
    return _ENCODING.sub(r"\1\2UTF-8\2", text)


def _identifier(text: str) -> str:
    return _NOT_IDENTIFIER.sub("-", text).strip("-") or "quiz"
