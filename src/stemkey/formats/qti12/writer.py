"""Canvas packages: a manifest, an assessment with its meta file, and the pictures."""

import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO

from stemkey.files import Files
from stemkey.formats.qti12.idents import MEMO, package_paths, safe_ident, write_memo
from stemkey.formats.qti12.item_writer import Profile, item_xml, metadata_field
from stemkey.formats.qti12.mattext import Outgoing, xml_attribute, xml_text
from stemkey.formats.qti12.meta import decimal, write_meta
from stemkey.formats.qti12.profiles import CanvasOptions, Qti12Options
from stemkey.model import Quiz, Section

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.imsglobal.org/xsd/ims_qtiasiv1p2'
    ' http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd">\n'
)
# Characters that XML cannot hold at all: written as the replacement character, so that the place is seen.
_CONTROL = bytes([*range(9), 11, 12, *range(14, 32)])
_CONTROL_PATTERN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REPLACEMENT = "�".encode()


def write_canvas(quiz: Quiz, options: CanvasOptions) -> Files:
    """Return the files of a package that Canvas's "QTI .zip file" import takes."""
    ident = safe_ident(quiz.identifier)
    paths = package_paths(quiz.assets)
    outgoing = Outgoing(paths, options.math, is_for_new=options.quizzes == "new")
    files = {
        "imsmanifest.xml": _manifest(quiz, ident, f"{ident}/{ident}.xml", sorted(paths.values()), has_meta=True),
        f"{ident}/{ident}.xml": _assessment(quiz, ident, paths, outgoing, options.quizzes),
        f"{ident}/assessment_meta.xml": xml_bytes(write_meta(quiz, ident, outgoing)),
    }
    files.update((paths[key], asset.data) for key, asset in quiz.assets.items())
    return files


def write_qti12(quiz: Quiz, options: Qti12Options) -> Files:
    """Return the files of a package of QTI 1.2 by the book, without what only Canvas knows."""
    ident = safe_ident(quiz.identifier)
    paths = package_paths(quiz.assets)
    files = {
        "imsmanifest.xml": _manifest(quiz, ident, f"{ident}.xml", sorted(paths.values()), has_meta=False),
        f"{ident}.xml": _assessment(quiz, ident, paths, Outgoing(paths), "plain"),
    }
    files.update((paths[key], asset.data) for key, asset in quiz.assets.items())
    return files


def xml_bytes(text: str) -> bytes:
    """Return a document's bytes, with nothing in it that XML cannot hold."""
    data = text.encode("utf-8", "replace")
    if len(data.translate(None, _CONTROL)) != len(data):
        data = _CONTROL_PATTERN.sub(_REPLACEMENT, data)
    # A parser turns a bare CR into LF; as a reference it survives.
    return data.replace(b"\r", b"&#13;") if b"\r" in data else data


def _assessment(quiz: Quiz, ident: str, paths: Mapping[str, str], outgoing: Outgoing, profile: Profile) -> bytes:
    attempts = quiz.settings.attempts
    fields = [metadata_field("cc_maxattempts", "unlimited" if attempts == 0 else str(attempts or 1))]
    if quiz.settings.time_limit is not None:
        fields.append(metadata_field("qmd_timelimit", str(quiz.settings.time_limit)))
    fields.append(metadata_field(MEMO, xml_text(write_memo(_memo(quiz, ident, paths)))))
    start = "".join((_HEADER, *_holder_start(quiz, ident, fields, outgoing, profile)))
    data = BytesIO()  # bytes at once, and in one place: else a large quiz would be in memory three times
    data.write(xml_bytes(start))
    position = 0
    plain_before = False
    for number, section in enumerate(quiz.sections, 1):
        is_plain = _is_plain(section) and not plain_before
        plain_before = is_plain
        if not is_plain:
            data.write(xml_bytes(_section_start(section, f"{ident}_section_{number}")))
        for item in section.items:
            position += 1
            data.write(xml_bytes(item_xml(item, position, outgoing, profile)))
        if not is_plain:
            data.write(b"</section>\n")
    data.write(b"</objectbank>\n" if quiz.is_bank else b"</section>\n</assessment>\n")
    data.write(b"</questestinterop>\n")
    return data.getvalue()


def _holder_start(quiz: Quiz, ident: str, fields: list[str], outgoing: Outgoing, profile: Profile) -> Iterator[str]:
    """Give the start of an assessment, or of a bank, which Canvas imports without making a quiz."""
    if quiz.is_bank:
        title = metadata_field("bank_title", xml_text(quiz.title or quiz.identifier))
        yield f'<objectbank ident="{ident}">\n<qtimetadata>{title}{"".join(fields)}</qtimetadata>\n'
        return
    yield f'<assessment ident="{ident}" title="{xml_attribute(quiz.title)}">\n'
    yield f"<qtimetadata>{''.join(fields)}</qtimetadata>\n"
    if profile == "plain" and quiz.instructions:
        yield (
            '<presentation_material><flow_mat><material><mattext texttype="text/html">'
            f"{outgoing.html(quiz.instructions)}</mattext></material></flow_mat></presentation_material>\n"
        )
    yield '<section ident="root_section">\n'


def _is_plain(section: Section) -> bool:
    """Whether a section is only a run of items, which need no section element of their own."""
    is_named = section.identifier or section.title or section.bank
    return not is_named and section.select is None and section.points_per_item is None


def _section_start(section: Section, fallback: str) -> str:
    ident = safe_ident(section.identifier) if section.identifier else fallback
    start = f'<section ident="{ident}" title="{xml_attribute(section.title or fallback)}">\n'
    bank = f"<sourcebank_ref>{xml_text(section.bank)}</sourcebank_ref>" if section.bank else ""
    draw = f"<selection_number>{section.select}</selection_number>" if section.select is not None else ""
    extension = ""
    if section.points_per_item is not None:
        points = decimal(section.points_per_item)
        extension = f"<selection_extension><points_per_item>{points}</points_per_item></selection_extension>"
    if not (bank or draw or extension):
        return start
    return f"{start}<selection_ordering><selection>{bank}{draw}{extension}</selection></selection_ordering>\n"


def _memo(quiz: Quiz, ident: str, paths: Mapping[str, str]) -> dict[str, object]:
    """Return what Canvas has no place for and our own reader needs to give the equal quiz."""
    # Always something, so that our own packages are known by it.
    memo: dict[str, object] = {"version": 1}
    if ident != quiz.identifier:
        memo["identifier"] = quiz.identifier
    if quiz.is_bank and not quiz.title:
        memo["untitled"] = True
    renamed = {path: key for key, path in paths.items() if path != key}
    if renamed:
        memo["files"] = renamed
    settings = quiz.settings
    # Canvas needs a value for these; that the author gave none is for the reader.
    unsaid = [name for name in ("attempts", "shuffle_choices") if getattr(settings, name) is None]
    if unsaid:
        memo["unsaid"] = unsaid
    return memo


def _manifest(quiz: Quiz, ident: str, name: str, paths: Iterable[str], *, has_meta: bool) -> bytes:
    return xml_bytes("\n".join(_manifest_lines(quiz.title, ident, name, paths, has_meta=has_meta)) + "\n")


def _manifest_lines(title: str, ident: str, name: str, paths: Iterable[str], *, has_meta: bool) -> Iterator[str]:
    application = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<manifest identifier="{ident}_manifest" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"'
        ' xmlns:lom="http://ltsc.ieee.org/xsd/imsccv1p1/LOM/resource"'
        ' xmlns:imsmd="http://www.imsglobal.org/xsd/imsmd_v1p2"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1'
        " http://www.imsglobal.org/xsd/imscp_v1p1.xsd http://ltsc.ieee.org/xsd/imsccv1p1/LOM/resource"
        " http://www.imsglobal.org/profile/cc/ccv1p1/LOM/ccv1p1_lomresource_v1p0.xsd"
        ' http://www.imsglobal.org/xsd/imsmd_v1p2 http://www.imsglobal.org/xsd/imsmd_v1p2p2.xsd">'
    )
    yield "  <metadata>"
    yield "    <schema>IMS Content</schema>"
    yield "    <schemaversion>1.1.3</schemaversion>"
    yield "    <imsmd:lom><imsmd:general><imsmd:title>"
    yield f"      <imsmd:string>{xml_text(title)}</imsmd:string>"
    yield "    </imsmd:title></imsmd:general></imsmd:lom>"
    yield "  </metadata>"
    yield "  <organizations/>"
    yield "  <resources>"
    yield f'    <resource identifier="{ident}" type="imsqti_xmlv1p2">'
    yield f'      <file href="{name}"/>'
    if has_meta:
        yield f'      <dependency identifierref="{ident}_meta"/>'
        yield "    </resource>"
        yield f'    <resource identifier="{ident}_meta" type="{application}" href="{ident}/assessment_meta.xml">'
        yield f'      <file href="{ident}/assessment_meta.xml"/>'
    yield "    </resource>"
    for number, path in enumerate(paths, 1):
        yield f'    <resource identifier="{ident}_file_{number}" type="webcontent" href="{path}">'
        yield f'      <file href="{path}"/>'
        yield "    </resource>"
    yield "  </resources>"
    yield "</manifest>"
