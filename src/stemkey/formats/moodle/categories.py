"""Categories of Moodle's question bank: `<question type="category">` is obeyed by the questions after it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stemkey.formats.moodle.elements import NOTE, PREFIX, attribute, bare, cdata
from stemkey.formats.moodle.reading import Reading
from stemkey.formats.moodle.written import Writing
from stemkey.model import EMPTY, Content, Quiz

if TYPE_CHECKING:
    from lxml.etree import _Element

Path = tuple[str, ...]

COURSE = "$course$"
_CONTEXT = re.compile(r"\$[a-z]+\$\Z")
_SLASH = re.compile(r"(?<!/)/(?!/)")
_INFO = PREFIX + "info "
_IDNUMBER = PREFIX + "idnumber "
_CONTEXTS = PREFIX + "context"
_EMPTY = PREFIX + "empty-categories"


def split_path(text: str) -> tuple[str, Path]:
    """Return context and parts of a path: `$course$/top/A//B/C` is `$course$` and `A/B`, `C`."""
    parts = [part.strip().replace("//", "/") for part in _SLASH.split(text.strip())]
    context = parts.pop(0) if parts and _CONTEXT.match(parts[0]) else COURSE
    if parts and parts[0] == "top":
        parts.pop(0)
    return context, tuple(parts) if parts != [""] else ()


def join_path(path: Path, context: str = COURSE) -> str:
    """Return a path as Moodle reads it: a slash in a name is doubled, and kept away from the ends."""
    return "/".join((context, "top", *(_part(part) for part in path)))


def _part(part: str) -> str:
    part = part.replace("/", "//")
    return (" " if part.startswith("/") else "") + part + (" " if part.endswith("/") else "")


@dataclass(slots=True)
class ReadCategories:
    """The categories of a file, in order."""

    identifier: str
    """The quiz's."""
    seen: dict[Path, bool] = field(default_factory=dict)
    """Each path, and whether a question stands in it."""
    extensions: dict[str, str] = field(default_factory=dict)
    current: Path | None = None
    title: str | None = None
    instructions: Content = EMPTY

    def enter(self, question: "_Element", reading: Reading) -> None:
        """Read a category question: what follows belongs to it."""
        info = idnumber = None
        text, note = "", None
        for child in question:
            if child.tag == "category":
                text, note = reading.text(child), child.get(NOTE)
            elif child.tag == "info":
                info = reading.content(child, "info")
            elif child.tag == "idnumber":
                idnumber = (child.text or "").strip()
        context, path = split_path(text)
        if not path:
            return  # Moodle ignores the root
        self.current = path
        if not self.seen:
            self.title = note
            if context != COURSE:
                self.extensions[_CONTEXTS] = context
            self.instructions = info or EMPTY
        elif info and path not in self.seen:
            self.extensions[_INFO + join_path(path)] = info
        if idnumber:
            self.extensions.setdefault(_IDNUMBER + join_path(path), idnumber)
        self.seen.setdefault(path, False)

    def own(self) -> Path:
        """Return the category of the item being read where it is not the quiz's own."""
        if self.current is None:
            return ()
        self.seen[self.current] = True
        return () if self.current == next(iter(self.seen)) else self.current

    def quiz(self) -> tuple[str, Path]:
        """Return the quiz's title and category: the first category of the file."""
        path = next(iter(self.seen), ())
        title = self.title if self.title is not None else path[-1] if path else ""
        if len(path) == 1 and path[0] in {title, self.identifier}:
            path = ()
        return title, path

    def rest(self) -> dict[str, str]:
        """Return what the model has no word for: empty categories, contexts, other categories' texts."""
        empty = [join_path(path) for path, used in list(self.seen.items())[1:] if not used]
        if empty:
            self.extensions[_EMPTY] = "\n".join(empty)
        return self.extensions


class WrittenCategories:
    """Writes a category question wherever the category changes."""

    def __init__(self, writing: Writing) -> None:
        quiz = writing.quiz
        self._writing = writing
        self._context = quiz.extensions.get(_CONTEXTS, COURSE)
        if writing.options.category:
            self._home = split_path(writing.options.category)[1]
        else:
            self._home = quiz.category or (quiz.title.strip() or quiz.identifier,)
        self._current: Path | None = None
        self._known: set[Path] = set()

    def change(self, path: Path) -> str:
        """Return the category question that leads to an item's category; nothing where it is the current one."""
        path = path or self._home
        if path == self._current:
            return ""
        self._current = path
        return self._question(path)

    def rest(self) -> str:
        """Return the categories without questions."""
        home = "" if self._known else self.change(self._home)
        empty = self._writing.quiz.extensions.get(_EMPTY, "")
        paths = [split_path(line)[1] for line in empty.split("\n") if line]
        return home + "".join(self._question(path) for path in paths if path not in self._known)

    def _question(self, path: Path) -> str:
        quiz = self._writing.quiz
        note = info = idnumber = ""
        if path not in self._known:
            if not self._known:
                note, info = self._title_note(quiz, path), quiz.instructions
            else:
                info = quiz.extensions.get(_INFO + join_path(path), "")
            idnumber = _element("idnumber", quiz.extensions, _IDNUMBER + join_path(path))
            self._known.add(path)
        info = f'<info format="html">{self._writing.text(info)}</info>\n' if info else ""
        text = cdata(join_path(path, self._context))
        return (
            f'<question type="category">\n<category{note}><text>{text}</text></category>\n{info}{idnumber}</question>\n'
        )

    @staticmethod
    def _title_note(quiz: Quiz, path: Path) -> str:
        """Say the quiz's title where the path does not: Moodle ignores it."""
        return "" if path[-1] == quiz.title else f' {NOTE}="{attribute(quiz.title)}"'


def _element(tag: str, extensions: Mapping[str, str], key: str) -> str:
    text = extensions.get(key)
    return f"<{tag}>{bare(text)}</{tag}>\n" if text else ""
