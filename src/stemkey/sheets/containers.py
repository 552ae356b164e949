"""What a file is, by its first bytes and not by its name, and how it is opened."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.files import Source, binary_kind
from stemkey.sheets.cell_values import value_cell
from stemkey.sheets.delimited import empty_sheet, open_delimited
from stemkey.sheets.grid import Grid, Row
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.workbook import damaged_workbook, open_workbook, protected_with_password

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|p)\b", re.IGNORECASE | re.DOTALL
)
_NAMED = {
    "csv": (".csv", ".txt", ".dat"),
    "tsv": (".tsv", ".tab", ".txt", ".csv"),
    "xlsx": (".xlsx", ".xlsm"),
    "xlsm": (".xlsm", ".xlsx"),
    "xls": (".xls",),
    "xlsb": (".xlsb",),
    "ods": (".ods",),
}
_WORKBOOKS = frozenset({"xlsx", "xlsm", "xlsb", "xls", "ods"})


@rule("S002", Severity.ERROR)
def not_a_response_sheet(kind: str, hint: str) -> Text:
    """The file is something else than a table of responses: a PDF, a web page, an image, the quiz itself.

    A web page in place of a download usually means that the login had expired.
    """
    return Text(f"this is {kind}, not a response sheet", hint)


@rule("S017", Severity.WARNING)
def name_says_otherwise(kind: str) -> Text:
    """The file's name ends like another kind of file than it is. It was read as what it is."""
    return Text(f"the file is {kind}, whatever its name says; it was read as that", None)


_HEAD = 1 << 16
_LARGEST_PAGE = 1 << 26
_GIVE_SHEET = "give the sheet that the LMS or form exported, as CSV or XLSX"


def open_grids(source: Source, options: SheetOptions, found: Diagnostics) -> tuple[Grid, ...] | None:
    """Return the sheets of a file that may hold the answers; None, with a finding, where it holds none."""
    place = CellSpan(source.name)
    head = source.head(_HEAD)
    if len(head) < _HEAD and not head.strip(b"\xef\xbb\xbf \t\r\n"):
        found.add(empty_sheet("is empty"), place)
        return None
    kind = _kind(source, head)
    if kind == "zip of one":
        return _open_only_member(source, options, found)
    if kind == "encrypted":
        found.add(protected_with_password(), place)
        return None
    if kind in _WORKBOOKS:
        _compare_name(source, kind, found)
        return open_workbook(source, kind, options, found)
    if kind == "a web page":
        grid = _open_html(source, found)
        return (grid,) if grid else None
    if kind == "parquet":
        grid = _open_parquet(source, found)
        return (grid,) if grid else None
    if kind != "text":
        found.add(not_a_response_sheet(kind, _hint(kind)), place)
        return None
    grid = open_delimited(source, options, found)
    if grid is None:
        return None
    _compare_name(source, grid.kind, found)
    return (grid,)


def _open_html(source: Source, found: Diagnostics) -> Grid | None:
    from stemkey.sheets.html_table import html_rows

    rows = html_rows(source.data) if source.size <= _LARGEST_PAGE else []
    if not rows:
        found.add(not_a_response_sheet("a web page", _hint("a web page")), CellSpan(source.name))
        return None
    found.add(name_says_otherwise("a web page with a table"), CellSpan(source.name))
    return Grid(source=source.name, kind="html", read=lambda: iter(rows))


@rule("S021", Severity.ERROR)
def parquet_needs_extra() -> Text:
    """Parquet files are read with a library that is not installed by default, because few need it.

    Everything else works without it.
    """
    return Text("reading Parquet needs an extra", 'pip install "stemkey[parquet]", or save the table as CSV')


def _open_parquet(source: Source, found: Diagnostics) -> Grid | None:
    try:
        import polars as pl
    except ImportError:
        found.add(parquet_needs_extra(), CellSpan(source.name))
        return None
    try:
        table = pl.read_parquet(BytesIO(source.data))
    except Exception as error:  # noqa: BLE001 # polars raises its own classes, and panics, for damage
        found.add(damaged_workbook(str(error).splitlines()[0][:120]), CellSpan(source.name))
        return None

    def read() -> Iterator[Row]:
        yield Row(1, list(table.columns))
        for number, values in enumerate(table.iter_rows(), 2):
            yield Row(number, ["" if value is None else value_cell(value) for value in values])

    return Grid(source=source.name, kind="parquet", read=read)


def _compare_name(source: Source, kind: str, found: Diagnostics) -> None:
    name = source.name.lower()
    if "." in name.rpartition("/")[2] and not name.endswith(_NAMED.get(kind, (f".{kind}",))):
        found.add(name_says_otherwise(f"{'an' if kind[0] in 'ox' else 'a'} {kind.upper()} file"), CellSpan(source.name))


def _kind(source: Source, head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_kind(source.data)
    if head.startswith(_OLE):
        return _ole_kind(source.data)
    if head.startswith(b"PAR1"):
        return "parquet"
    binary = binary_kind(head)
    if binary and not (binary == "binary data" and _may_be_utf16(head)):
        return binary
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000]
    if start.startswith((b"<?xml", b"<quiz", b"<questestinterop", b"<assessment")):
        return _xml_kind(start)
    if _HTML.match(start):
        return "a web page"
    if (start.startswith(b"{") and b"docs.google.com" in start) or start.startswith(b"[InternetShortcut]"):
        return "a link to a sheet"
    if (start.startswith(b"{") and b'"' in start) or start.startswith((b"[{", b"[\n", b"[[")):
        return "JSON"
    if start.startswith(b"{\\rtf"):
        return "an RTF document"
    if start.startswith((b"---\n", b"---\r\n", b"# ")):
        return "Markdown, perhaps the quiz itself"
    return "text"


def _may_be_utf16(data: bytes) -> bool:
    sample = data[:2000]
    return max(sample[0::2].count(0), sample[1::2].count(0)) > len(sample) // 3 or sample[:400].count(0) < 4


def _archive_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = [name.lower() for name in archive.namelist()]
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except Exception:  # noqa: BLE001 # whatever is wrong with it is said when it is opened as a workbook
        return "xlsx"
    if any(name.endswith("xl/workbook.bin") for name in names):
        return "xlsb"
    if any(name.endswith("xl/workbook.xml") for name in names):
        return "xlsm" if any("vbaproject" in name for name in names) else "xlsx"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if b"opendocument" in mimetype or any(name.startswith("word/") for name in names):
        return "a text document"
    if any(name.startswith("ppt/") for name in names):
        return "a presentation"
    if any(name.endswith("imsmanifest.xml") for name in names):
        return "a quiz package"
    if any(name.startswith("index/") and name.endswith(".iwa") for name in names):
        return "an Apple Numbers document"
    if len([name for name in names if not name.endswith("/")]) == 1:
        return "zip of one"
    return "a zip archive"


def _ole_kind(data: bytes) -> str:
    head = data[: 1 << 20] + data[-(1 << 20) :]
    if "EncryptedPackage".encode("utf-16-le") in head:
        return "encrypted"
    if "Workbook".encode("utf-16-le") in head or "Book".encode("utf-16-le") in head:
        return "xls"
    return "an old Office document"


def _xml_kind(start: bytes) -> str:
    if b"<quiz" in start:
        return "Moodle XML, the quiz itself"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "an XML spreadsheet of 2003"
    if b"<html" in start.lower():
        return "a web page"
    return "XML"


def _hint(kind: str) -> str:
    if kind == "a web page":
        return "log in again and download the sheet; a web page in its place is often the login page"
    if kind == "a link to a sheet":
        return "open the link and download the sheet as .xlsx or .csv (File, Download)"
    if kind in {"an Apple Numbers document", "an XML spreadsheet of 2003"}:
        return "open it and save it as .xlsx or .csv"
    if "quiz" in kind:
        return "give the quiz first and the response sheet after it"
    return _GIVE_SHEET


def _open_only_member(source: Source, options: SheetOptions, found: Diagnostics) -> tuple[Grid, ...] | None:
    """Open the one file of a zip archive, as Google Forms downloads it."""
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            info = next(info for info in archive.infolist() if not info.is_dir())
            if info.file_size > options.maximum_bytes or info.file_size > 1000 * max(info.compress_size, 1000):
                found.add(
                    not_a_response_sheet("an archive that unpacks without bounds", _GIVE_SHEET), CellSpan(source.name)
                )
                return None
            data = archive.read(info)
    except Exception as error:  # noqa: BLE001 # zipfile and zlib have their own classes for damage
        found.add(damaged_workbook(str(error) or type(error).__name__), CellSpan(source.name))
        return None
    if data.startswith(b"PK"):
        found.add(not_a_response_sheet("an archive within an archive", _GIVE_SHEET), CellSpan(source.name))
        return None
    return open_grids(Source(f"{source.name}:{info.filename}", data), options, found)
