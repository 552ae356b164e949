"""`imsmanifest.xml` as it is read: which files a package names, in which order, and for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.files.safe_xml import parse_xml


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest names; empty where a package has none, which some tools and Canvas allow."""

    order: Mapping[str, int] = field(default_factory=dict)
    """Each file's place in the manifest."""
    pictures: tuple[str, ...] = ()
    """Files that are there to be shown."""


def read_manifest(source: Source, files: Mapping[str, bytes], found: Diagnostics) -> Manifest:
    """Return what the manifest of a package names."""
    name = next((name for name in sorted(files, key=len) if name.rsplit("/", 1)[-1] == "imsmanifest.xml"), None)
    if name is None:
        return Manifest()
    root = parse_xml(Source(f"{source.name}:{name}", files[name]), found)
    if root is None:
        return Manifest()
    base = name.rpartition("/")[0]
    prefix = f"{base}/" if base else ""
    order: dict[str, int] = {}
    pictures: list[str] = []
    for resource in root.iter("{*}resource"):
        is_shown = (resource.get("type") or "").startswith("webcontent")
        hrefs = [resource.get("href"), *(element.get("href") for element in resource.iter("{*}file"))]
        for href in hrefs:
            if not href:
                continue
            for path in (prefix + href, prefix + unquote(href)):
                order.setdefault(path, len(order))
                if is_shown and path in files and path not in pictures:
                    pictures.append(path)
    return Manifest(order, tuple(pictures))
