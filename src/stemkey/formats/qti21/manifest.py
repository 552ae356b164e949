"""`imsmanifest.xml`: what is in a package, and what is said about it (tags, category, objective) in LOM."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from stemkey.formats.qti21.markup import xml_attribute, xml_text
from stemkey.formats.qti21.vocabulary import Dialect

if TYPE_CHECKING:
    from lxml.etree import _Element

MANIFEST = "imsmanifest.xml"
LOM = "http://ltsc.ieee.org/xsd/LOM"
_DISCIPLINE = "discipline"
_OBJECTIVE = "educational objective"
_SHUFFLED = "choices are shuffled"
_IN_ORDER = "choices stay in order"
MAXIMUM_RESOURCES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the manifest says about a resource."""

    identifier: str = ""
    """Its own identifier, where the file has another."""
    tags: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    objective: str = ""
    shuffle_choices: bool | None = None
    """What the quiz says of all choices; each interaction says its own besides."""


NOTHING = About()

_VERSION = re.compile(r"v\d|xmlv\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One entry of the manifest."""

    identifier: str
    kind: str
    """Its type: `imsqti_item_xmlv2p1`, `webcontent`."""
    path: str
    files: tuple[str, ...] = ()
    """Other files that belong to it."""
    dependencies: tuple[str, ...] = ()
    about: About = NOTHING

    @property
    def role(self) -> str:
        """What it is in QTI: `item`, `test`, `section`; empty for other resources."""
        if not self.kind.startswith("imsqti_"):
            return ""
        word = self.kind.split("_")[1].removeprefix("apip")
        if _VERSION.match(word):
            return ""  # as some tools write it: `imsqti_v2p1`, whatever the file is
        return {"assessment": "test", "assessmenttest": "test"}.get(word, word)


@dataclass(slots=True)
class Manifest:
    """What a manifest says."""

    resources: list[Resource] = field(default_factory=list)
    title: str = ""


def write_manifest(dialect: Dialect, identifier: str, resources: Sequence[Resource]) -> str:
    """Return the manifest."""
    rows = "".join(_resource(resource) for resource in resources)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{dialect.manifest_namespace}"'
        f' identifier="{identifier}">\n<metadata><schema>{dialect.manifest_schema}</schema>'
        f"<schemaversion>{dialect.manifest_version}</schemaversion></metadata>\n<organizations/>\n"
        f"<resources>\n{rows}</resources>\n</manifest>\n"
    )


def _resource(resource: Resource) -> str:
    files = "".join(f'<file href="{_href(path)}"/>' for path in dict.fromkeys((resource.path, *resource.files)))
    needs = "".join(f'<dependency identifierref="{name}"/>' for name in resource.dependencies)
    about = "" if resource.about == NOTHING else f"<metadata>{_lom(resource.about)}</metadata>"
    return (
        f'<resource identifier="{resource.identifier}" type="{resource.kind}" href="{_href(resource.path)}">'
        f"{about}{files}{needs}</resource>\n"
    )


def _href(path: str) -> str:
    return xml_attribute(quote(path, safe="/-._~"))


def _lom(about: About) -> str:
    identifier = f"<identifier><entry>{xml_text(about.identifier)}</entry></identifier>" if about.identifier else ""
    tags = "".join(f"<keyword>{_string(tag)}</keyword>" for tag in about.tags)
    general = f"<general>{identifier}{tags}</general>" if identifier or tags else ""
    parts = general
    if about.shuffle_choices is not None:
        words = _string(_SHUFFLED if about.shuffle_choices else _IN_ORDER)
        parts += f"<technical><otherPlatformRequirements>{words}</otherPlatformRequirements></technical>"
    if about.category:
        taxa = "".join(f"<taxon><entry>{_string(name)}</entry></taxon>" for name in about.category)
        parts += f"<classification>{_purpose(_DISCIPLINE)}<taxonPath>{taxa}</taxonPath></classification>"
    if about.objective:
        description = f"<description>{_string(about.objective)}</description>"
        parts += f"<classification>{_purpose(_OBJECTIVE)}{description}</classification>"
    return f'<lom xmlns="{LOM}">{parts}</lom>'


def _string(text: str) -> str:
    return f"<string>{xml_text(text)}</string>"


def _purpose(value: str) -> str:
    return f"<purpose><source>LOMv1.0</source><value>{value}</value></purpose>"


# --- reading ----------------------------------------------------------------------------------------------------


def read_manifest(root: "_Element", path: str) -> Manifest:
    """Return what a manifest says; paths are relative to the package's root."""
    folder = posixpath.dirname(path)
    manifest = Manifest()
    bases = {element: _base(element) for element in root.iter() if _local(element) == "resources"}
    for element in root.iter():
        if _local(element) == "resource" and len(manifest.resources) < MAXIMUM_RESOURCES:
            parent = element.getparent()
            base = (bases.get(parent, "") if parent is not None else "") + _base(element)
            manifest.resources.append(_read_resource(element, posixpath.join(folder, base)))
    return manifest


def _base(element: "_Element") -> str:
    return element.get("{http://www.w3.org/XML/1998/namespace}base", "")


def _read_resource(element: "_Element", folder: str) -> Resource:
    files = [_path(child.get("href", ""), folder) for child in element if _local(child) == "file"]
    href = element.get("href", "")
    path = _path(href, folder) if href else next(iter(files), "")
    return Resource(
        identifier=element.get("identifier", ""),
        kind=element.get("type", ""),
        path=path,
        files=tuple(files),
        dependencies=tuple(child.get("identifierref", "") for child in element if _local(child) == "dependency"),
        about=_read_about(element),
    )


def _path(href: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.replace("\\", "/")))) if href else ""


def _read_about(element: "_Element") -> About:
    metadata = next((child for child in element if _local(child) == "metadata"), None)
    if metadata is None:
        return NOTHING
    tags: list[str] = []
    category: tuple[str, ...] = ()
    objective = identifier = ""
    shuffle_choices: bool | None = None
    for inner in metadata.iter():
        match _local(inner):
            case "general":
                entries = [_words(entry) for entry in inner.iter() if _local(entry) == "entry"]
                identifier = next(iter(entries), "")
                tags += [_words(word) for word in inner if _local(word) == "keyword"]
            case "classification":
                purpose = next((_words(part) for part in inner.iter() if _local(part) == "value"), "")
                if purpose == _DISCIPLINE:
                    category = tuple(_words(part) for part in inner.iter() if _local(part) == "entry")
                elif purpose == _OBJECTIVE:
                    objective = next((_words(part) for part in inner if _local(part) == "description"), "")
            case "otherPlatformRequirements":
                shuffle_choices = {_SHUFFLED: True, _IN_ORDER: False}.get(_words(inner))
            case _:
                pass
    return About(
        identifier=identifier,
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        category=tuple(name for name in category if name),
        objective=objective,
        shuffle_choices=shuffle_choices,
    )


def _words(element: "_Element") -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def _local(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]


def index(resources: Sequence[Resource]) -> Mapping[str, Resource]:
    """Return resources by their identifiers."""
    return {resource.identifier: resource for resource in reversed(resources)}
