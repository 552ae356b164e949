"""Whether a source is certainly QTI 2.x (or 3.0): by its namespace, or by what a package's manifest says it holds."""

import re
import zipfile
from io import BytesIO

from stemkey.files import Source
from stemkey.formats.qti21.manifest import MANIFEST

_LOOK = 64 * 1024
_ROOT = rb"<(?:[\w.-]+:)?%s(?:assessment|assessment-)(?:[Ii]tem|[Tt]est|[Ss]ection)\b[^>]*%s"
_QTI2_ROOT = re.compile(_ROOT % (b"", rb"(?:imsqti_(?:item_)?v2p\d|qtiitem/imsqti_v2p\d)"))
_QTI3_ROOT = re.compile(_ROOT % (b"qti-", rb"imsqtiasi_v3p\d"))
_QTI2_RESOURCE = re.compile(rb"\bimsqti_[a-z]+_xmlv2p\d")
_QTI3_RESOURCE = re.compile(rb"\bimsqti_[a-z]+_xmlv3p\d")
_QTI12 = re.compile(rb"\bimsqti_xmlv1p\d|\bimsqti_[a-z]+_xmlv1p\d|<(?:\w+:)?questestinterop\b")


def is_qti21(source: Source) -> bool:
    """Whether the source is certainly QTI 2.x."""
    return _is(source, _QTI2_ROOT, _QTI2_RESOURCE, _QTI3_RESOURCE)


def is_qti3(source: Source) -> bool:
    """Whether the source is certainly QTI 3.0."""
    return _is(source, _QTI3_ROOT, _QTI3_RESOURCE, _QTI2_RESOURCE)


def _is(source: Source, root: re.Pattern[bytes], resource: re.Pattern[bytes], other: re.Pattern[bytes]) -> bool:
    head = source.head(_LOOK)
    if not head.startswith(b"PK\x03\x04"):
        return root.search(head) is not None
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            return _is_package(archive, root, resource, other)
    except Exception:  # noqa: BLE001 # a damaged archive is of no format; the reader that is asked for it says why
        return False


def _is_package(
    archive: zipfile.ZipFile, root: re.Pattern[bytes], resource: re.Pattern[bytes], other: re.Pattern[bytes]
) -> bool:
    names = archive.namelist()
    manifests = sorted((name for name in names if name.rsplit("/", 1)[-1] == MANIFEST), key=len)
    if manifests:
        with archive.open(manifests[0]) as member:
            text = member.read(16 * _LOOK)
        if _QTI12.search(text):
            return False
        found, others = len(resource.findall(text)), len(other.findall(text))
        if found or others:
            return found > others
    is_found = False
    for name in names:
        if name.lower().endswith((".xml", ".qti")) and not name.endswith(MANIFEST) and "__MACOSX" not in name:
            with archive.open(name) as member:
                text = member.read(8192)
            if _QTI12.search(text):
                return False
            is_found = is_found or root.search(text) is not None
    return is_found
