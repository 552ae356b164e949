"""What a Moodle XML file means to Moodle, worked out apart from our reader: two files that mean the same are equal here.

Allowed differences, each with its reason:

* a question without an idnumber gets one (that is how it is known again);
* the format of a text becomes html, its words and marks stay;
* HTML is compared by what a candidate sees: words, marks, images, links; scripts and style sheets are gone;
* an answer without text, feedback and share is dropped by Moodle, and by us;
* shares within 0.001 %, penalties within 0.005 are the same to Moodle; a multiple-response blank is scaled to 1;
* an ordering question without `shownumcorrect` breaks Moodle's import, so ours has it;
* gaps are compared by the option that they name, not by its number.
"""

import re
from base64 import b64decode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from lxml import etree

from stemkey.formats.moodle.cloze import _SHORT_NAMES, _START, split_blank
from stemkey.richtext.from_markdown import from_markdown

Meaning = dict[str, Any]

FOREIGN = {
    "calculated", "calculatedsimple", "calculatedmulti", "ddmarker", "ddimageortext", "randomsamatch",
    "stack", "coderunner",
}  # fmt: skip
DEFAULTS: dict[str, dict[str, str | None]] = {
    "multichoice": {"single": "true", "shuffleanswers": "0", "answernumbering": "abc", "showstandardinstruction": "1"},
    "shortanswer": {"usecase": "0"},
    "numerical": {"unitgradingtype": "0", "unitpenalty": "0.1", "unitsleft": "0"},
    "matching": {"shuffleanswers": "true"},
    "ordering": {
        "layouttype": None, "selecttype": None, "selectcount": None, "gradingtype": None, "showgrading": None,
        "numberingstyle": "none",
    },
    "essay": {
        "responseformat": "editor", "responserequired": "1", "responsefieldlines": "15", "minwordlimit": "0",
        "maxwordlimit": "0", "attachments": "0", "attachmentsrequired": "0", "maxbytes": "0", "filetypeslist": "",
    },
    "gapselect": {"shuffleanswers": "0"},
    "ddwtos": {"shuffleanswers": "0"},
}  # fmt: skip
"""The settings of each type, and what Moodle takes where one is missing."""
COUNTING = {"multichoice", "matching", "gapselect", "ddwtos"}
COMBINED = {*COUNTING, "ordering"}


def meaning_of(data: bytes) -> list[Meaning]:
    """Return what each question means, in order, with the category that it goes to."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True, huge_tree=True))
    category: Meaning = {}
    questions = []
    known: dict[str, Meaning] = {}
    for element in root.findall("question"):
        if element.get("type") == "category":
            path = re.sub(
                r"^(\$[a-z]+\$/)?(?:top/)?",
                lambda start: (start[1] or "$course$/") + "top/",
                plain(element.find("category")),
                count=1,
            )
            if path.removesuffix("/").endswith("top"):
                continue
            category = known.setdefault(
                path,
                {"path": path, "info": area(element.find("info"), "html"), "idnumber": element.findtext("idnumber")},
            )
        else:
            questions.append({"category": category, **question(element)})
    return questions


def question(element: Any) -> Meaning:
    kind = {"match": "matching"}.get(element.get("type"), element.get("type"))
    if kind in FOREIGN:
        return {"kind": kind, "whole": whole(element)}
    stem = element.find("questiontext")
    default = stem.get("format", "html") if stem is not None else "html"
    meaning: Meaning = {
        "kind": kind,
        "name": plain(element.find("name")),
        "idnumber": (element.findtext("idnumber") or "").strip(),
        "general": area(element.find("generalfeedback"), default),
        "penalty": number(element.findtext("penalty") or ("1" if kind == "truefalse" else "0.3333333"), 2),
        "tags": [plain(tag) for tag in element.iterfind("tags/tag")],
    }
    if kind not in {"cloze", "description"}:
        meaning["points"] = number(element.findtext("defaultgrade") or "1", 5)
    if kind not in {"cloze", "gapselect", "ddwtos"}:
        meaning["stem"] = area(stem, default)
    if kind in COMBINED:
        for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            meaning[tag] = area(element.find(tag), default)
    if kind in COUNTING:
        meaning["shownumcorrect"] = element.find("shownumcorrect") is not None
    if kind not in {"truefalse", "essay", "description"}:
        meaning["hints"] = [hint(child, default) for child in element.iterfind("hint")]
    meaning["settings"] = {tag: setting(element, tag, value) for tag, value in DEFAULTS.get(kind, {}).items()}
    meaning["own"] = OWN.get(kind, nothing)(element, default)
    return meaning


def whole(element: Any) -> Any:
    """Everything, but for our notes, a new idnumber, and white space between elements."""
    attributes = {name: value for name, value in element.attrib.items() if not name.startswith("stemkey")}
    children = [whole(child) for child in element if child.tag != "idnumber" or (child.text or "").strip()]
    if element.tag == "question":
        children = [child for child in children if child[0] != "idnumber"]
    return element.tag, attributes, (element.text or "").strip() if not len(element) else "", children


def nothing(element: Any, default: str) -> None:
    return None


def plain(element: Any) -> str:
    return "" if element is None else (element.findtext("text") or "").strip()


def number(text: str, places: int) -> float:
    value = float(text)
    return 0.33 if places == 2 and abs(value - 1 / 3) < 0.005 else round(value, places)


def setting(element: Any, tag: str, default: str | None) -> Any:
    child = element.find(tag)
    if child is None:
        text = default
    else:
        text = (child.text or "").strip()
        if not text and tag == "shuffleanswers":
            text = "1"  # Moodle asks only whether it is there for the types that write it empty
    if tag in {"single", "shuffleanswers", "usecase"}:
        return text not in {"false", "0", ""}
    try:
        return float(text or "")
    except ValueError:
        return text


def hint(element: Any, default: str) -> Meaning:
    marks = {child.tag: child.text for child in element if child.tag != "text"}
    return {"text": area(element, default), "marks": sorted(tag for tag in marks if tag != "file")}


# ---- what a candidate sees ----------------------------------------------------------------------------


class Sight(HTMLParser):
    """Words and marks of a text."""

    MARKS = frozenset(
        [
            "b",
            "strong",
            "em",
            "i",
            "u",
            "sub",
            "sup",
            "code",
            "pre",
            "table",
            "tr",
            "td",
            "th",
            "ul",
            "ol",
            "li",
            "img",
            "a",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "audio",
            "video",
        ]
    )

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.files, self.words, self.marks, self._hidden = files, [], [], 0  # type: ignore[var-annotated]  # a test's scratch

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"style", "script"}:
            self._hidden += 1
            return
        self.words.append(" ")
        named = dict(attrs)
        if tag in self.MARKS and not (tag == "a" and not named.get("href")):
            target = named.get("src") or named.get("href") or ""
            name = unquote(target.removeprefix("@@PLUGINFILE@@/"))
            seen = self.files.get(name, target) if target.startswith("@@PLUGINFILE@@") else target
            if tag != "a" or not target.startswith("data:"):  # a file in a link is dropped with a finding
                self.marks.append((tag, seen, named.get("alt") or ""))

    def handle_endtag(self, tag: str) -> None:
        self.words.append(" ")
        if tag in {"style", "script"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def area(element: Any, default: str) -> Any:
    """A text with its files, as it is seen."""
    if element is None:
        return ("", [], [])
    files = {
        (file.get("path") or "/").lstrip("/") + file.get("name"): sha256(b64decode(file.text or "")).hexdigest()[:12]
        for file in element.iterfind("file")
    }
    text, form = element.findtext("text") or "", element.get("format") or default
    if form == "markdown":
        text = from_markdown(text)
    elif form == "plain_text" or (form == "moodle_auto_format" and not re.search(r"</?[A-Za-z]", text)):
        text = text.strip().replace("\n", "<br>")
        text = text if form == "moodle_auto_format" else text.replace("&", "&amp;").replace("< ", "&lt; ")
    words, marks = seen(text, files)
    return words, marks, sorted(files.items())


def seen(text: str, files: dict[str, str]) -> tuple[str, list[tuple[str, str, str]]]:
    sight = Sight(files)
    sight.feed(text)
    sight.close()
    return " ".join("".join(sight.words).split()), sight.marks


# ---- types --------------------------------------------------------------------------------------------


def answers(element: Any, default: str, *, html: bool) -> list[Meaning]:
    rows = []
    for answer in element.iterfind("answer"):
        text = area(answer, default) if html else plain(answer)
        feedback = area(answer.find("feedback"), default)
        share = round(float(answer.get("fraction") or 0), 3)
        if html and not any((*text, *feedback, share)):
            continue
        rows.append({"text": text, "share": share, "feedback": feedback})
    return rows


def truth(element: Any, default: str) -> Any:
    return sorted(
        (row["text"].lower(), row["share"] == 100, row["feedback"]) for row in answers(element, default, html=False)
    )


def numbers(element: Any, default: str) -> Any:
    rows = []
    for answer, row in zip(element.iterfind("answer"), answers(element, default, html=False), strict=True):
        value = row["text"] if row["text"] == "*" else float(row["text"])
        rows.append((value, float(answer.findtext("tolerance") or 0), row["share"], row["feedback"]))
    units = [
        (unit.findtext("unit_name"), float(unit.findtext("multiplier"))) for unit in element.iterfind("units/unit")
    ]
    shows = element.findtext("showunits") or ("0" if units else "3")
    return rows, units, shows


def pairs(element: Any, default: str) -> Any:
    rows = [(area(part, default), plain(part.find("answer"))) for part in element.iterfind("subquestion")]
    return [row for row in rows if row[0][0] or row[0][1]], sorted(
        row[1] for row in rows if not (row[0][0] or row[0][1])
    )


def order(element: Any, default: str) -> Any:
    shows = (element.findtext("shownumcorrect") or "").strip()
    return [area(answer, default) for answer in element.iterfind("answer")], shows or "1"


def essay(element: Any, default: str) -> Any:
    return area(element.find("graderinfo"), default), area(element.find("responsetemplate"), default)


def gaps(element: Any, default: str) -> Any:
    options = [
        (area(part, "html"), part.findtext("group") or "1", part.find("infinite") is not None)
        for part in element
        if part.tag in {"selectoption", "dragbox"}
    ]
    stem = element.find("questiontext")
    text = stem.findtext("text") or ""

    def named(found: re.Match[str]) -> str:
        option = options[int(found[1]) - 1]
        group = [(other[0][0], other[2]) for other in options if other[1] == option[1]]
        return f"[[{option[0][0]} of {group}]]"

    return seen(re.sub(r"\[\[(\d+)\]\]", named, text).replace("<", "<"), {})


def blanks(element: Any, default: str) -> Any:
    stem = element.find("questiontext")
    text = stem.findtext("text") or ""
    words, parts, position = [], [], 0
    for start in _START.finditer(text):
        split = split_blank(text, start.end())
        if split is None or start.start() < position:
            continue
        kind = _SHORT_NAMES.get(start[2], start[2])
        shares = [float(row.fraction or 0) for row in split[0]]
        if kind.startswith("MULTIRESPONSE"):
            total = sum(share for share in shares if share > 0) or 1
            wrong = 0 if any(row.is_percent for row in split[0]) else -1 / total
            shares = [share / total if share > 0 else share or wrong for share in shares]
        rows = [
            (told(row.text), round(share, 4), told(row.feedback)) for row, share in zip(split[0], shares, strict=True)
        ]
        parts.append((int(start[1] or 1), kind, rows))
        words += [text[position : start.start()], "{#}"]
        position = split[1]
    words.append(text[position:])
    return seen("".join(words), {}), parts


def told(text: str) -> Any:
    r"""Entities are decoded once, then `\}` and `\#`; what comes out is HTML."""
    from html import unescape

    text = unescape(text).replace("\\}", "}").replace("\\#", "#")
    if re.fullmatch(r"[-\d.]+(:[-\d.]+)?", text):
        value, _, tolerance = text.partition(":")
        return float(value), float(tolerance or 0)
    return seen(text, {})


def choices(element: Any, default: str) -> Any:
    return answers(element, default, html=True)


def words(element: Any, default: str) -> Any:
    return answers(element, default, html=False)


OWN: dict[str, Any] = {
    "multichoice": choices,
    "truefalse": truth,
    "shortanswer": words,
    "numerical": numbers,
    "matching": pairs,
    "ordering": order,
    "essay": essay,
    "gapselect": gaps,
    "ddwtos": gaps,
    "cloze": blanks,
}
