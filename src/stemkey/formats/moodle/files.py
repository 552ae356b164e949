"""Files inside a question: base64 beside the text that names them, `@@PLUGINFILE@@/name` in the text."""

import json
import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Mapping
from html import escape, unescape
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote

from stemkey.formats.moodle.elements import NOTE, PREFIX, attribute, bare
from stemkey.model import Asset, Content, Quiz

_PLUGINFILE = re.compile(r"@@PLUGINFILE@@/([^\"'\s<>)]*)")
_NAMED = re.compile(r"""((?:src|href|data|poster)=")([^"]*)(")""")
_NAMED_MISSING = re.compile(r'(?:src|href|poster)="@@PLUGINFILE@@/([^"]*)"')
NAME_KEY = PREFIX + "file:"
"""Extension of a quiz, `moodle:file:KEY`: the file's name in Moodle where two files share one."""


class WrittenFiles:
    """Translates asset keys to Moodle's names, and writes each file beside the text that names it."""

    def __init__(self, quiz: Quiz) -> None:
        self._assets = quiz.assets
        self._places = {key: _place(key, quiz.extensions.get(NAME_KEY + key)) for key in quiz.assets}
        self._written: dict[str, str] = {}

    def text(self, html: str) -> tuple[str, str]:
        """Return a text with Moodle's names, and the `<file>` elements that belong beside it."""
        keys: dict[str, None] = {}
        taken: dict[tuple[str, str], str] = {}

        def rename(found: re.Match[str]) -> str:
            key = unescape(found[2])
            if key not in self._assets:
                return found[0]
            keys[key] = None
            path, name = self._unique(key, taken)
            return f"{found[1]}@@PLUGINFILE@@{quote(path + name)}{found[3]}"

        html = _NAMED.sub(rename, html)
        return html, "".join(self._file(key, *self._unique(key, taken)) for key in keys)

    def _unique(self, key: str, taken: dict[tuple[str, str], str]) -> tuple[str, str]:
        """Two files in one place cannot share a name: Moodle would ignore the second."""
        path, name = self._places[key]
        stem, dot, suffix = name.rpartition(".")
        count = 1
        while taken.setdefault((path, name), key) != key:
            count += 1
            name = f"{stem}-{count}.{suffix}" if dot else f"{suffix}-{count}"
        return path, name

    def _file(self, key: str, path: str, name: str) -> str:
        data = self._written.get(key)
        if data is None:
            data = self._written[key] = b64encode(self._assets[key].data).decode("ascii")
        note = "" if path + name == "/" + key else f' {NOTE}="{attribute(key)}"'
        return f'<file name="{attribute(name)}" path="{attribute(path)}" encoding="base64"{note}>{data}</file>'


def _place(key: str, name: str | None) -> tuple[str, str]:
    """Return folder and name in Moodle: the key's own folders, without those that lead upwards."""
    if name is not None:
        return "/", name.replace("/", "_") or "file"
    parts = [part for part in PurePosixPath(key.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    folder = "/".join(parts[:-1])
    return (f"/{folder}/" if folder else "/"), parts[-1] if parts else "file"


class LooseFile(NamedTuple):
    """A file that stands beside a text without being named in it: kept as it is, for Moodle only."""

    name: str
    path: str
    data: str


class ReadFiles:
    """Gathers the files of a quiz: equal files are kept once, different files of one name get keys of their own."""

    def __init__(self) -> None:
        self.assets: dict[str, Asset] = {}
        self.names: dict[str, str] = {}

    def add(self, name: str, path: str, data: bytes, note: str | None = None) -> str:
        """Return the key under which a file is kept."""
        wanted = note if note is not None and _is_relative(note) else (path.strip("/") + "/" + name).lstrip("/")
        key = wanted or "file"
        stem, dot, suffix = key.rpartition(".")
        count = 1
        while (known := self.assets.get(key)) is not None and known.data != data:
            count += 1
            key = f"{stem}-{count}.{suffix}" if dot else f"{suffix}-{count}"
        if known is None:
            self.assets[key] = Asset(name=key, data=data)
            if _place(key, None) != (path, name) and path == "/":
                self.names[key] = name
        return key


def _is_relative(key: str) -> bool:
    """Whether a key is a path of one's own: `images/a.png`, `../images/a.png`."""
    return bool(key) and not key.startswith("/") and "\\" not in key and ":" not in key and "\x00" not in key


def decode_base64(text: str) -> bytes | None:
    """Return the bytes of a base64 text, None where it is damaged."""
    try:
        return a2b_base64(text)
    except (Base64Error, ValueError):
        return None


def missing_files(html: str) -> list[str]:
    """Return the names of embedded files that a text still names in Moodle's way."""
    return [unquote(unescape(name)) for name in _NAMED_MISSING.findall(html)]


def loose_files(text: str) -> str:
    """Return `<file>` elements from what `LooseFile`s were kept as."""
    try:
        rows = [LooseFile(*map(str, row)) for row in json.loads(text)]
    except (ValueError, TypeError):
        return ""
    return "".join(
        f'<file name="{attribute(file.name)}" path="{attribute(file.path)}" encoding="base64">{bare(file.data)}</file>'
        for file in rows
    )


def named_files(html: str) -> set[str]:
    """Return path and name of every embedded file that a text names."""
    return {_decoded(name) for name in _PLUGINFILE.findall(html)}


def _decoded(name: str) -> str:
    return unquote(unescape(name)).partition("?")[0]


def use_keys(html: str, keys: Mapping[str, str]) -> Content:
    """Return a text with asset keys in place of Moodle's names."""

    def rename(found: re.Match[str]) -> str:
        key = keys.get(_decoded(found[1]))
        return found[0] if key is None else escape(key)

    return Content(_PLUGINFILE.sub(rename, html))
