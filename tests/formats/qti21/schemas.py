"""The schemas of ../shared, ready to validate: what a package says, by its version."""

import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemkey.files import Files

if TYPE_CHECKING:
    from lxml.etree import XMLSchema

# The schemas of 2.x name one element of the accessibility extension; its schema is not among those stored.
_ACCESSIBILITY = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
    ' targetNamespace="http://www.imsglobal.org/xsd/apip/apipv1p0/imsapip_qtiv1p0">'
    '<xs:element name="apipAccessibility"/></xs:schema>'
)
LOM = "http://ltsc.ieee.org/xsd/LOM"


class Schemas:
    """Validates packages of 2.1, 2.2 and 3.0."""

    def __init__(self, shared: Path, folder: Path) -> None:
        self._stored = shared / "data" / "canvas" / "schemas"
        self._folder = folder / "qti2"
        # The stored files are read-only, and so would be their copy.
        shutil.copytree(self._stored / "qti2", self._folder, copy_function=shutil.copyfile)
        for path in (self._folder, *(path for path in self._folder.rglob("*") if path.is_dir())):
            path.chmod(0o755)
        apip = self._folder / "apipv1p0"
        apip.mkdir(exist_ok=True)
        for name in ("apipv1p0_qtiextv2p1_v1p0.xsd", "apipv1p0_qtiextv2p2_v1p0p1.xsd"):
            (apip / name).write_text(_ACCESSIBILITY, encoding="utf-8")
        self._load = cache(self._loaded)

    def _loaded(self, path: Path) -> "XMLSchema":
        from lxml import etree

        return etree.XMLSchema(etree.parse(str(path)))

    def _path(self, version: str, *, manifest: bool) -> Path:
        if version == "3.0":
            name = "imsqtiv3p0_imscpv1p2_v1p0.xsd" if manifest else "imsqti_asiv3p0_sbacv1p0_v1p0.xsd"
            return self._stored / "qti3_local" / name
        if manifest:
            return self._folder / "imscp_v1p1.xsd"
        return self._folder / ("qtiv2p1/imsqti_v2p1.xsd" if version == "2.1" else "qtiv2p2p4/imsqti_v2p2p4.xsd")

    def complaints(self, files: Files, version: str) -> list[str]:
        """Return what the schemas have against the files of a package."""
        from lxml import etree

        found = []
        for name, data in sorted(files.items()):
            if not name.endswith(".xml"):
                continue
            tree = etree.fromstring(data)
            manifest = name == "imsmanifest.xml"
            schema = self._load(self._path(version, manifest=manifest))
            if not schema.validate(tree):
                found += [f"{name}: {error.message}" for error in _errors(schema)]
            lom = self._load(self._folder / "imsmd_loose_v1p3p2.xsd")
            for metadata in tree.iter(f"{{{LOM}}}lom"):
                if not lom.validate(etree.ElementTree(metadata)):
                    found += [f"{name}, LOM: {error.message}" for error in _errors(lom)]
        return found


def _errors(schema: "XMLSchema") -> list[Any]:
    log: Any = schema.error_log  # its stub says that it cannot be iterated
    return list(log)
