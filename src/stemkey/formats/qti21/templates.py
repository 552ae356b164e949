"""Response-processing templates beyond the two of the specification: what an item's program is where it names one."""

import posixpath
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.qti21.tree import read_tree

if TYPE_CHECKING:
    from lxml.etree import _Element

_RIGHT = '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'
_MOST = '<setOutcomeValue identifier="SCORE"><variable identifier="MAXSCORE"/></setOutcomeValue>'
_CHOSEN = '<setOutcomeValue identifier="FEEDBACK"><variable identifier="RESPONSE"/></setOutcomeValue>'


def _tell(outcome: str, word: str) -> str:
    value = f'<baseValue baseType="identifier">{word}</baseValue>'
    return f'<setOutcomeValue identifier="{outcome}">{value}</setOutcomeValue>'


def _either(test: str, then: str, otherwise: str) -> str:
    return (
        f"<responseCondition><responseIf>{test}{then}</responseIf>"
        f"<responseElse>{otherwise}</responseElse></responseCondition>"
    )


# Common Cartridge's: a player that shows feedback inside the text runs CC2_match, others CC2_match_basic. The item
# has the feedback of both, so both are run here.
_MATCH = _CHOSEN + _either(_RIGHT, _MOST + _tell("FEEDBACKBASIC", "correct"), _tell("FEEDBACKBASIC", "incorrect"))
_MAP = '<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>' + _either(
    '<equal toleranceMode="exact"><variable identifier="MAXSCORE"/><variable identifier="SCORE"/></equal>',
    _tell("FEEDBACK", "correct"),
    _tell("FEEDBACK", "incorrect"),
)
_KNOWN: Mapping[str, str] = MappingProxyType({"CC2_match": _MATCH, "CC2_match_basic": _MATCH, "CC2_map_response": _MAP})


def template_name(processing: "_Element | None") -> str:
    """Return the name of the template that stands for a program; empty where the program stands there itself."""
    if processing is None or len(processing):
        return ""
    return processing.get("template", "").rstrip("/").rpartition("/")[2].removesuffix(".xml")


def with_template(processing: "_Element | None", files: Mapping[str, bytes], folder: str) -> "_Element | None":
    """Return the program that a template says: a known one, or one that is a file of the package; else the program itself."""
    name = template_name(processing)
    if processing is None or not name:
        return processing
    if name in _KNOWN:
        data = f"<responseProcessing>{_KNOWN[name]}</responseProcessing>".encode()
    else:
        paths = (processing.get("templateLocation", ""), processing.get("template", ""))
        places = [posixpath.normpath(posixpath.join(folder, unquote(path))) for path in paths if path]
        data = next((files[place] for place in places if place in files), b"")
    root = read_tree(Source(name, data), Diagnostics()) if data else None
    return root.element if root is not None and root.element.tag == "responseProcessing" else processing
