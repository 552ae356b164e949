"""Files appear whole or not at all; zips are the same bytes every time; hostile zips are refused unread."""

import signal
import stat
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, read_zip, save, whole_file, zip_files


@given(
    st.dictionaries(
        st.text("abc/._-", min_size=1, max_size=8).filter(
            lambda n: not n.startswith("/") and not n.endswith("/") and ".." not in n
        ),
        st.binary(max_size=200),
        max_size=5,
    )
)
@settings(max_examples=50)
def test_a_zip_is_the_same_bytes_in_any_order_and_reads_back(files: dict[str, bytes]) -> None:
    backwards = dict(reversed(list(files.items())))
    assert zip_files(files) == zip_files(backwards)
    found = Diagnostics()
    assert read_zip(Source("a.zip", zip_files(files)), found) == files
    assert not len(found)


def _raw_zip(entries: list[tuple[str, bytes]]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([("../etc/passwd", b"x")], "points outside"),
        ([("/abs", b"x")], "points outside"),
        ([("C:\\x", b"x")], "points outside"),
        ([("a\\..\\..\\b", b"x")], "points outside"),
        ([("bomb", b"\0" * 30_000_000)], "times its size"),
    ],
)
def test_a_hostile_zip_is_refused_by_what_it_does(entries: list[tuple[str, bytes]], says: str) -> None:
    found = Diagnostics()
    assert read_zip(Source("a.zip", _raw_zip(entries)), found) is None
    (finding,) = found
    assert finding.code == "R011"
    assert says in finding.message


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_name_twice_is_refused() -> None:
    found = Diagnostics()
    assert read_zip(Source("a.zip", _raw_zip([("a", b"1"), ("a", b"2")])), found) is None
    assert "twice" in next(iter(found)).message


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
@settings(max_examples=100)
def test_damaged_zips_give_a_finding_and_never_a_traceback(junk: bytes, position: int, byte: int) -> None:
    whole = bytearray(zip_files({"imsmanifest.xml": b"<manifest/>" * 20}))
    whole[position % len(whole)] = byte
    for data in (junk, bytes(whole), bytes(whole[: position % len(whole)])):
        found = Diagnostics()
        files = read_zip(Source("a.zip", data), found)
        assert (files is None) == bool(len(found))


def _write_half(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        raise RuntimeError


def test_a_file_that_could_not_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    save(path, b"old")
    with pytest.raises(RuntimeError):
        _write_half(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    save(path, b"old")
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom stemkey.files import whole_file\n"
        f"with whole_file(Path({str(path)!r})) as file:\n"
        "    file.write(b'x' * 100_000); file.flush(); print('half', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert path.read_bytes() == b"old"


def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.csv"
    save(path, b"x")
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
