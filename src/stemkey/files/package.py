"""What goes out: files that appear whole or not at all, zips that are the same bytes every time; zips that come in."""

import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeAlias

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files.source import Source

Files: TypeAlias = Mapping[str, bytes]
"""Names inside a package, and contents. A format that is one file has one entry, whatever its name."""

# The earliest moment a zip can hold: the same input gives the same bytes, whatever the clock says.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE_MODE = (stat.S_IFREG | 0o644) << 16
# Level 6 costs four times the CPU of level 1 on a large quiz and saves a third of a small file.
_LARGE = 4 * 1024 * 1024

MAXIMUM_ENTRIES = 50_000
MAXIMUM_BYTES = 1 << 30
MAXIMUM_RATIO = 200
_RATIO_MATTERS = 1 << 20


def zip_files(files: Files) -> bytes:
    """Return a zip of the files: sorted names, one fixed date, the same bytes for the same input."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            data = files[name]
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = _FILE_MODE
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data, compresslevel=1 if len(data) > _LARGE else 6)
    return buffer.getvalue()


@rule("R010", Severity.ERROR)
def not_a_zip(kind: str) -> Text:
    """The file is called an archive but cannot be opened as one: cut short, damaged, or something else."""
    return Text(f"this cannot be opened as a zip archive: {kind}", "download or export it again")


@rule("R011", Severity.ERROR)
def archive_refused(reason: str) -> Text:
    """The archive is built in a way that no LMS builds one: paths out of its folder, huge or numberless parts.

    Such a file is refused before anything in it is read.
    """
    return Text(f"the archive is refused: {reason}", "export the package again from the LMS; do not repack it by hand")


def read_zip(source: Source, found: Diagnostics) -> dict[str, bytes] | None:
    """Return the files of a zip archive; None, with a finding, where it is damaged or hostile.

    Nothing is unpacked to disk. Bounds: 50,000 entries, 1 GiB in all, 200:1 for an entry above 1 MiB.
    """
    place = Span(source.name, 1)
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            reason = _refusal(infos)
            if reason:
                found.add(archive_refused(reason), place)
                return None
            files: dict[str, bytes] = {}
            total = 0
            for info in infos:
                with archive.open(info) as member:
                    data = member.read(info.file_size + 1)
                total += len(data)
                if len(data) > info.file_size or total > MAXIMUM_BYTES:
                    found.add(archive_refused(f"'{info.filename}' is larger than it says"), place)
                    return None
                files[info.filename] = data
            return files
    except Exception as error:  # noqa: BLE001 # zipfile's, zlib's and lzma's own: a damaged archive, whatever the method
        found.add(not_a_zip(str(error) or type(error).__name__), place)
    return None


def _refusal(infos: list[zipfile.ZipInfo]) -> str | None:
    if len(infos) > MAXIMUM_ENTRIES:
        return f"{len(infos):,} files, more than {MAXIMUM_ENTRIES:,}"
    if sum(info.file_size for info in infos) > MAXIMUM_BYTES:
        return "more than 1 GiB when unpacked"
    names = set()
    for info in infos:
        name = info.filename
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":"):
            return f"'{name}' points outside the archive"
        if name in names:
            return f"'{name}' is in it twice"
        names.add(name)
        if info.file_size > _RATIO_MATTERS and info.file_size > MAXIMUM_RATIO * max(info.compress_size, 1):
            return f"'{name}' unpacks to {info.file_size // max(info.compress_size, 1)} times its size"
        if info.flag_bits & 1:
            return f"'{name}' is protected with a password"
    return None


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that takes its name only when the block ends well.

    A kill at any moment leaves the old file or the new one; an exception leaves the old one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    with whole_file(path) as file:
        file.write(data)
