"""An item's XML as its parts: metadata, what is presented, the responses asked for, the conditions, the feedback.

Nothing here knows what kind of question it is; that is read from the parts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from stemkey.formats.qti12.mattext import Incoming, Where, line_of
from stemkey.model import EMPTY, Content
from stemkey.richtext.sanitise import sanitise

if TYPE_CHECKING:
    from lxml.etree import _Element

_DEEPEST = 60


class _LocalNames(dict[str, str]):
    """Local names of the tags met so far: `{http://…}item` is `item`."""

    def __missing__(self, tag: str) -> str:
        name = self[tag] = tag.rpartition("}")[2]
        return name


LOCAL = _LocalNames()


class Label(NamedTuple):
    """A `response_label`: something to choose, or the place of an answer."""

    ident: str
    content: Content
    line: int
    matching: str = ""
    """How New Quizzes compares a typed answer with it: `TextEquivalence`, `TextContainsAnswer`, `TextRegex`, …"""
    ignores_case: bool | None = None


@dataclass(slots=True)
class Response:
    """A `response_lid`, `response_str`, …: one answer asked for."""

    kind: str
    """`lid`, `str`, `num`, `xy`, `grp`."""
    ident: str
    cardinality: str
    prompt: Content = EMPTY
    labels: list[Label] = field(default_factory=list)
    render: str = ""
    """`render_choice`, `render_fib`, …"""
    fibtype: str = ""
    is_dropdown: bool = False
    """New Quizzes: a blank that is chosen from a list, or filled from a bank of words."""


class Test(NamedTuple):
    """A condition, or several under `and`, `or`, `not`."""

    operator: str
    respident: str
    value: str
    parts: "tuple[Test, ...]" = ()
    case_matters: bool = False


@dataclass(slots=True)
class Condition:
    """A `respcondition`: when it holds, what it does to the scores, which feedback it shows."""

    tests: tuple[Test, ...] = ()
    scores: list[tuple[str, str, str]] = field(default_factory=list)
    """Variable, action, value of each `setvar`."""
    feedback: list[str] = field(default_factory=list)
    title: str = ""


@dataclass(slots=True)
class Parts:
    """Everything that an item's XML says."""

    ident: str
    title: str
    line: int
    metadata: dict[str, str] = field(default_factory=dict)
    presented: list[Content | Response] = field(default_factory=list)
    """Text and responses, in order."""
    maximum: str = ""
    """`maxvalue` of the score."""
    conditions: list[Condition] = field(default_factory=list)
    feedback: dict[str, Content] = field(default_factory=dict)
    hints: list[Content] = field(default_factory=list)
    right_sides: list[Content] = field(default_factory=list)
    """Blackboard's matching: the right sides, named by their place."""
    extension: "_Element | None" = None
    """`itemproc_extension`."""
    too_deep: bool = False

    @property
    def responses(self) -> list[Response]:
        """The answers asked for, in order."""
        return [part for part in self.presented if isinstance(part, Response)]


class Reading(NamedTuple):
    """What is needed to read text: the package, and where we are in it."""

    incoming: Incoming
    where: Where


def item_parts(item: "_Element", reading: Reading) -> Parts:
    """Return the parts of an `<item>`."""
    parts = Parts(ident=item.get("ident") or "", title=item.get("title") or "", line=line_of(item))
    for child in item:
        name = LOCAL[child.tag]
        if name == "presentation":
            _present(child, parts, reading, 0)
        elif name == "resprocessing":
            _process(child, parts)
        elif name == "itemfeedback":
            ident = child.get("ident") or ""
            told = flowed(child, reading)  # one for candidates and one for tutors may have the same name
            parts.feedback[ident] = joined([parts.feedback[ident], told]) if parts.feedback.get(ident) else told
        elif name in {"itemmetadata", "qtimetadata"}:
            parts.metadata.update(metadata(child))
        elif name == "itemproc_extension":
            parts.extension = child
        elif name == "hint" and (content := flowed(child, reading)):
            parts.hints.append(content)
    if not parts.responses:
        _respondus_gaps(parts)
    return parts


def _respondus_gaps(parts: Parts) -> None:
    """Respondus writes blanks only as `[name]` in the text and in the conditions."""
    names = dict.fromkeys(
        test.respident
        for condition in parts.conditions
        for test in leaves(condition.tests)
        if test.respident[:1] == "["
    )
    text = "".join(part for part in parts.presented if isinstance(part, str))
    if names and all(name in text for name in names):
        parts.presented += [Response(kind="str", ident=name, cardinality="Single") for name in names]


def leaves(tests: "tuple[Test, ...]") -> "Iterator[Test]":
    """Give the single comparisons of conditions."""
    for test in tests:
        if test.parts:
            yield from leaves(test.parts)
        else:
            yield test


# Canvas reads what a feedback is for from its name; Blackboard and others use the same words.
_WRONG = re.compile(r"wrong|incorrect|_IC\Z|\Afail\Z", re.IGNORECASE)
_RIGHT = re.compile(r"correct|_C\Z|\Amastery\Z", re.IGNORECASE)
_ALWAYS = re.compile(r"general_|_all|\Asolution\Z", re.IGNORECASE)


@cache
def feedback_field(ident: str) -> str | None:
    """Return which feedback of the item an ident names; None where it belongs to an answer."""
    if _WRONG.search(ident):
        return "incorrect"
    if _RIGHT.search(ident):
        return "correct"
    return "general" if _ALWAYS.search(ident) else None


def metadata(element: "_Element") -> Iterator[tuple[str, str]]:
    """Give label and entry of each metadata field; old `qmd_…` elements too."""
    for child in element:
        name = LOCAL[child.tag]
        if name == "qtimetadata":
            yield from metadata(child)
        elif name in {"qtimetadatafield", "qti_metadatafield"}:
            if len(child) == 2 and (label := child[0].text):
                yield label.strip(), child[1].text or ""
                continue
            label = entry = ""
            for part in child:
                if LOCAL[part.tag] == "fieldlabel":
                    label = part.text or ""
                else:
                    entry = part.text or ""
            yield label.strip(), entry
        elif child.text and len(child) == 0:
            yield name, child.text


def _present(element: "_Element", parts: Parts, reading: Reading, depth: int) -> None:
    if depth > _DEEPEST:
        parts.too_deep = True
        return
    for child in element:
        name = LOCAL[child.tag]
        if name == "material":
            if content := material(child, reading):
                parts.presented.append(content)
        elif name in _RESPONSES:
            parts.presented.append(_response(child, _RESPONSES[name], reading))
        elif name in {"flow", "flow_mat"}:
            _flow(child, parts, reading, depth + 1)
        elif name == "mattext" and (content := _mattext(child, reading)):
            parts.presented.append(content)


def _flow(element: "_Element", parts: Parts, reading: Reading, depth: int) -> None:
    """Take a flow. Blackboard puts what is matched beside lists without texts, and the right sides elsewhere."""
    if element.get("class") == "RIGHT_MATCH_BLOCK":
        parts.right_sides = [content for child in element if (content := flowed(child, reading))]
        return
    before = len(parts.presented)
    _present(element, parts, reading, depth)
    inside = parts.presented[before:]
    lists = [part for part in inside if isinstance(part, Response)]
    if len(lists) != 1 or len(inside) < 2 or lists[0].kind != "lid" or lists[0].prompt:
        return
    if lists[0].labels and not any(label.content for label in lists[0].labels):
        lists[0].prompt = joined([part for part in inside if isinstance(part, str)])
        parts.presented[before:] = lists


_RESPONSES = {
    "response_lid": "lid",
    "response_str": "str",
    "response_num": "num",
    "response_xy": "xy",
    "response_grp": "grp",
}


def _response(element: "_Element", kind: str, reading: Reading) -> Response:
    get = element.get
    ident = get("ident") or get("respident") or ""
    response = Response(kind=kind, ident=ident, cardinality=get("rcardinality") or "Single")
    prompts: list[Content] = []
    for child in element:
        name = LOCAL[child.tag]
        if name == "render_choice" or name.startswith("render_"):
            response.render = name
            response.fibtype = child.get("fibtype") or ""
            _labels(child, response, reading, prompts, 0)
        elif name in {"material", "material_ref"}:
            prompts.append(material(child, reading))
        elif name in {"flow", "flow_mat"}:
            prompts.append(flowed(child, reading))
    if prompts:
        response.prompt = joined(prompts)
    return response


_FROM_A_LIST = frozenset({"dropdown", "wordbank"})


def _label(element: "_Element", reading: Reading) -> Label:
    ignores = element.get("ignore_case")
    return Label(
        ident=element.get("ident") or "",
        content=flowed(element, reading),
        line=line_of(element),
        matching=element.get("scoring_algorithm") or "",
        ignores_case=None if ignores is None else ignores.strip().lower() == "true",
    )


def _labels(element: "_Element", response: Response, reading: Reading, prompts: list[Content], depth: int) -> None:
    if depth > _DEEPEST:
        return
    for child in element:
        name = LOCAL[child.tag]
        if name == "response_label":
            response.labels.append(_label(child, reading))
            if child.get("answer_type") in _FROM_A_LIST:
                response.is_dropdown = True
        elif name == "flow_label" or name.startswith("ims_render"):
            _labels(child, response, reading, prompts, depth + 1)
        elif name == "material":
            prompts.append(material(child, reading))


def flowed(element: "_Element", reading: Reading) -> Content:
    """Return the text of an element whose materials may stand in flows."""
    if len(element) == 1 and LOCAL[element[0].tag] == "material":
        return material(element[0], reading)
    found: list[Content] = []
    _gather(element, found, reading, 0)
    return joined(found)


def _gather(element: "_Element", found: list[Content], reading: Reading, depth: int) -> None:
    if depth > _DEEPEST:
        return
    for child in element:
        name = LOCAL[child.tag]
        if name == "material":
            found.append(material(child, reading))
        elif name == "mattext":
            found.append(_mattext(child, reading))
        elif len(child):
            _gather(child, found, reading, depth + 1)


def material(element: "_Element", reading: Reading) -> Content:
    """Return the content of a `<material>`."""
    if len(element) == 1 and LOCAL[element[0].tag] == "mattext":
        return _mattext(element[0], reading)
    pieces: list[str] = []
    for child in element:
        make = _MATERIALS.get(LOCAL[child.tag])
        if make is not None and (content := make(child, reading)):
            pieces.append(content)
    return Content(" ".join(pieces)) if len(pieces) < 2 else sanitise(" ".join(pieces))[0]


def _mattext(element: "_Element", reading: Reading) -> Content:
    kind = element.get("texttype")
    text = element.text
    incoming = reading.incoming
    if len(element):
        # Markup that was not escaped: read as the HTML that it is.
        return incoming.content(_inner(element), element, reading.where)
    if not text:
        return EMPTY
    if kind == "text/html":
        return incoming.content(text, element, reading.where)
    if kind is None or not kind.strip():
        return incoming.guessed(text, element, reading.where)
    if kind.strip().lower() == "text/plain":
        return incoming.plain(text)
    return incoming.content(text, element, reading.where)


def _inner(element: "_Element") -> str:
    from html import escape

    from lxml import etree

    pieces = [escape(element.text or "", quote=False)]
    for child in element:
        for descendant in child.iter():
            if isinstance(descendant.tag, str):
                descendant.tag = LOCAL[descendant.tag]
        etree.cleanup_namespaces(child)
        pieces.append(etree.tostring(child, encoding="unicode", method="html"))
    return "".join(pieces)


def _image(element: "_Element", reading: Reading) -> Content:
    from html import escape

    uri = element.get("uri") or element.get("entityref") or ""
    if not uri:
        return EMPTY
    key = reading.incoming.file(uri, element, reading.where)
    sizes = "".join(
        f' {name}="{escape(value)}"' for name in ("width", "height") if (value := element.get(name, "")).isdigit()
    )
    label = escape(element.get("label") or element.text or "").strip()
    return Content(f'<img src="{escape(key)}" alt="{label}"{sizes}>')


def _extended(element: "_Element", reading: Reading) -> Content:
    """Text of Blackboard and WebCT in `mat_extension`."""
    pieces = []
    for child in element:
        if not LOCAL[child.tag].endswith("text") or not child.text:
            continue
        if (child.get("type") or child.get("texttype") or "").upper() in {"HTML", "TEXT/HTML"}:
            pieces.append(reading.incoming.content(child.text, child, reading.where))
        else:
            pieces.append(reading.incoming.guessed(child.text.strip(), child, reading.where))
    return joined(pieces)


def _link(element: "_Element", reading: Reading) -> Content:
    from html import escape

    uri = element.get("uri") or ""
    if not uri:
        return EMPTY
    if uri.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp")):
        return _image(element, reading)
    key = reading.incoming.file(uri, element, reading.where)
    return Content(f'<a href="{escape(key)}">{escape(uri.rsplit("/", 1)[-1], quote=False)}</a>')


def _break(element: "_Element", reading: Reading) -> Content:
    return Content("<br>")


def _emphasised(element: "_Element", reading: Reading) -> Content:
    inner = _mattext(element, reading)
    return Content(f"<em>{inner}</em>") if inner else EMPTY


_MATERIALS: dict[str, Callable[["_Element", Reading], Content]] = {
    "mattext": _mattext,
    "matemtext": _emphasised,
    "matimage": _image,
    "mataudio": _link,
    "matvideo": _link,
    "matapplication": _link,
    "matbreak": _break,
    "mat_extension": _extended,
}


def joined(contents: list[Content]) -> Content:
    """Return several contents as one: each its own paragraph where there are several."""
    kept = [content for content in contents if content]
    if len(kept) <= 1:
        return kept[0] if kept else EMPTY
    return sanitise("\n".join(content if content.startswith("<") else f"<p>{content}</p>" for content in kept))[0]


def _process(element: "_Element", parts: Parts) -> None:
    for child in element:
        name = LOCAL[child.tag]
        if name == "respcondition":
            parts.conditions.append(_condition(child))
        elif name == "outcomes":
            for variable in child:
                if LOCAL[variable.tag] == "decvar" and not parts.maximum:
                    parts.maximum = variable.get("maxvalue") or ""


def _condition(element: "_Element") -> Condition:
    condition = Condition(title=element.get("title") or "")
    for child in element:
        name = LOCAL[child.tag]
        if name == "conditionvar":
            condition.tests = tuple(_test(test, 0) for test in child)
        elif name == "setvar":
            value = (child.text or "").strip()
            variable = child.get("varname") or child.get("variablename") or "SCORE"
            condition.scores.append((variable, child.get("action") or "Set", value))
        elif name == "displayfeedback":
            condition.feedback.append(child.get("linkrefid") or "")
    return condition


def _test(element: "_Element", depth: int) -> Test:
    name = LOCAL[element.tag]
    if len(element) and depth < _DEEPEST:
        return Test(name, "", "", tuple(_test(child, depth + 1) for child in element))
    case = element.get("case")
    return Test(
        name, element.get("respident") or "", element.text or "", (), case is not None and case.lower() == "yes"
    )
