"""One `assessmentItem` becomes an Item; one that says more than the model holds is kept whole."""

import json
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.qti21.content_reader import ContentReader, part_left_out
from stemkey.formats.qti21.credits import Scoring, read_scoring, simple_ratio
from stemkey.formats.qti21.decimals import read_decimal
from stemkey.formats.qti21.declarations import NotReadable, read_declaration
from stemkey.formats.qti21.feedback_reader import Sorted, Told, sort_feedback
from stemkey.formats.qti21.interaction_reader import InteractionReader, scoring_simplified
from stemkey.formats.qti21.item_writer import EXACT, default_title
from stemkey.formats.qti21.manifest import NOTHING, About
from stemkey.formats.qti21.processing import MAXSCORE, SCORE, Program
from stemkey.formats.qti21.stimuli import put_stimuli
from stemkey.formats.qti21.styles import ADDED, PLACED, Original
from stemkey.formats.qti21.templates import template_name, with_template
from stemkey.formats.qti21.tree import child, children, descendants, line_of, text_of
from stemkey.formats.qti21.vocabulary import INTERACTIONS, TOOL
from stemkey.model import (
    EMPTY,
    GAP,
    ChoiceInteraction,
    Content,
    ForeignInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    gap,
)
from stemkey.richtext import sanitise_html
from stemkey.richtext.sanitise import sanitise

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R601", Severity.WARNING)
def item_kept_whole(kind: str, reason: str) -> Text:
    """The question says something that stemkey's model of a quiz has no words for, so it is kept as it stands.

    Examples are hotspots, adaptive items, values drawn by a program, and points that depend on several blanks
    together. Such a question is written back to QTI unchanged, with its files; other formats cannot hold it, and
    stemkey does not grade it.
    """
    return Text(
        f"the question is kept whole ({kind}): {reason}", "convert it to QTI only, or rewrite it as a plain kind"
    )


@rule("R603", Severity.WARNING)
def feedback_left_out(words: str) -> Text:
    """A feedback is shown in a case that the model has no place for, so it is left out.

    Feedback belongs to the whole question (always, right, partly right, wrong), to a choice or to an answer. This one
    depends on something else, such as a right choice that was *not* taken.
    """
    return Text(f"feedback left out: “{words}”", "add it to the explanation by hand if it matters")


_HUMAN = frozenset({"extendedTextInteraction", "uploadInteraction"})
_FEEDBACKS = ("feedbackInline", "feedbackBlock")
_CANVAS_FIELDS = "instructureMetadata"
_TAG = re.compile(r"<[^>]*+>")
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFile:
    """An item's file in a package."""

    path: str
    raw: str
    root: "_Element"
    source: str
    """What findings call the file."""
    kind: str = ""
    """Type of its resource in the manifest."""
    needs: Callable[[], tuple[str, ...]]
    """Returns the other files that it needs."""
    about: About = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadItem:
    """An item, and the reader that knows which files it shows."""

    item: Item
    contents: ContentReader


def read_item(
    file: ItemFile,
    number: int,
    files: Mapping[str, bytes],
    styles: Mapping[str, Original],
    found: Diagnostics,
    format_name: str,
) -> ReadItem:
    """Return the item of a file."""
    contents = ContentReader(files, file.path, styles, found, file.source)
    return ReadItem(item=_Reader(file, number, contents, styles, found, format_name).item(), contents=contents)


class _Reader:
    """One run of `read_item`."""

    def __init__(
        self,
        file: ItemFile,
        number: int,
        contents: ContentReader,
        styles: Mapping[str, Original],
        found: Diagnostics,
        format_name: str,
    ) -> None:
        root = file.root
        self._file = file
        self._root = root
        self._contents = contents
        self._styles = styles
        self._found = found
        self._format = format_name
        self._is_ours = root.get("toolName") == TOOL
        self._number = (root.get("label") if self._is_ours else None) or str(number)
        self._body = child(root, "itemBody")
        self._span = Span(file.source, line_of(root))
        self._reader = InteractionReader(root, contents, found, file.source, number=self._number, is_ours=self._is_ours)
        self._fields = {
            field.get("name", ""): field.get("value", "")
            for field in children(child(root, _CANVAS_FIELDS), "instructureField")
        }
        self._interactions = [] if self._body is None else _interaction_elements(self._body)

    def item(self) -> Item:
        try:
            reason = self._foreign_reason()
            return self._plain_item() if reason is None else self._foreign_item(reason)
        except NotReadable as beyond:
            return self._foreign_item(str(beyond))

    def _foreign_reason(self) -> str | None:
        root = self._root
        if root.get("adaptive", "false").strip() in {"true", "1"}:
            return "it is adaptive"
        for interaction in self._interactions:
            if interaction.tag not in INTERACTIONS:
                return f"<{interaction.tag}>"
        tags = {str(element.tag) for element in root.iter()}
        for name, words in _BEYOND.items():
            if name in tags:
                return words
        if "assessmentStimulusRef" in tags and not put_stimuli(root, self._body, self._contents.files, self._file.path):
            return "a part of it stands in another file"
        if any(tag.endswith("}include") or tag == "include" for tag in tags):
            return "a part of it stands in another file"
        return None

    # --- kept whole ---------------------------------------------------------------------------------------------

    def _foreign_item(self, reason: str) -> Item:
        kind = next(
            (str(inner.tag) for inner in self._interactions if inner.tag not in INTERACTIONS),
            str(self._interactions[0].tag) if self._interactions else "assessmentItem",
        )
        self._found.add(item_kept_whole(kind, reason), self._span, item=self._number)
        quiet = Diagnostics()
        contents = ContentReader({}, self._file.path, self._styles, quiet, self._file.source)
        body = contents.content(self._body)
        body = Content(
            _TAG.sub(lambda tag: "" if "data-gap" in tag[0] else tag[0], body).replace("</span></span>", "</span>")
        )
        body = sanitise_html(body, quiet)
        attributes = {"href": self._file.path, "files": json.dumps(self._file.needs())}
        if self._file.kind:
            attributes["resource"] = self._file.kind
        interaction = ForeignInteraction(
            identifier=self._interactions[0].get("responseIdentifier", "RESPONSE")
            if self._interactions
            else "RESPONSE",
            format=self._format,
            kind=kind,
            raw=self._file.raw,
            attributes=attributes,
        )
        return self._assembled(
            body, (interaction,), declared_points(self._root, is_ours=self._is_ours) or Fraction(1), Sorted(), {}
        )

    def _assembled(
        self,
        body: Content,
        interactions: tuple[Interaction, ...],
        points: Fraction,
        feedback: Sorted,
        extensions: Mapping[str, str],
    ) -> Item:
        about = self._file.about
        identifier = self._root.get("identifier", "").strip()
        if about.identifier and self._is_ours:
            identifier = about.identifier
        return Item(
            identifier=identifier or f"item-{self._number}",
            number=self._number,
            title=self._title(),
            body=body,
            interactions=interactions,
            points=points,
            feedback=feedback.feedback(),
            hints=tuple(feedback.hints),
            tags=about.tags,
            category=about.category,
            objective=about.objective,
            **({"extensions": dict(extensions)} if extensions else {}),  # type: ignore[arg-type]  # the default is shared
            span=self._span,
        )

    def _title(self) -> str:
        title = self._root.get("title", "")
        if not self._is_ours:
            title = " ".join(title.split())
        is_default = self._is_ours and title == default_title(self._number)
        if is_default and (self._body is None or self._body.get("label") != "titled"):
            return ""
        return title

    # --- read ---------------------------------------------------------------------------------------------------

    def _plain_item(self) -> Item:
        root = self._root
        responses = {one.identifier: one for one in map(read_declaration, children(root, "responseDeclaration"))}
        outcomes = {one.identifier: one for one in map(read_declaration, children(root, "outcomeDeclaration"))}
        files, folder = self._contents.files, posixpath.dirname(self._file.path)
        processing = with_template(child(root, "responseProcessing"), files, folder)
        template = template_name(processing)
        program = Program(processing, responses, outcomes)
        asked = [self._reader.asked(element, responses) for element in self._interactions]
        scoring = read_scoring(asked, program, template, is_ours=self._is_ours)
        points = self._points(scoring)
        told = self._told()
        feedback = sort_feedback([one for one, _ in told], program, scoring.trials, asked)
        shown = frozenset(element for _, element in told if element is not None)
        weights = simple_ratio([part.worth for part in scoring.credits if part.worth > 0])
        remaining = iter(weights)
        interactions = tuple(
            self._reader.read(
                index,
                element,
                scoring.credits[index],
                feedback,
                next(remaining) if scoring.credits[index].worth > 0 else Fraction(1),
                shown,
                asked[index],
            )
            for index, element in enumerate(self._interactions)
        )
        for what in scoring.simplified:
            self._found.add(scoring_simplified(what), self._span, item=self._number)
        self._report(feedback)
        body = self._read_body(shown)
        if self._is_ours and "data-gap" in body:
            names = [element.get("responseIdentifier", "") for element in self._interactions]
            own = dict(zip(names, (one.identifier for one in interactions), strict=True))
            body = Content(GAP.sub(lambda found: gap(own.get(found[1], found[1])), body))
        several = [element for element in interactions if isinstance(element, ChoiceInteraction)]
        if len(several) == len(interactions) > 1 and self._fields.get("question_type") == "matching_question":
            body, interactions = _as_match(body, several)
        extensions = {EXACT: "exact"} if scoring.is_exact and self._says_exact(interactions) else {}
        return self._assembled(body, interactions, points, feedback, extensions)

    def _says_exact(self, interactions: Sequence[Interaction]) -> bool:
        """Whether all or nothing is news: an order is scored so anyway."""
        return not all(isinstance(one, OrderInteraction) for one in interactions)

    def _report(self, feedback: Sorted) -> None:
        for one in feedback.left:
            words = " ".join(_TAG.sub(" ", one.content).split())
            self._found.add(feedback_left_out(words[:_LONGEST]), self._span, item=self._number)
        for sheet in children(self._root, "stylesheet"):
            if not self._is_ours:
                self._found.add(
                    part_left_out(f"the stylesheet '{sheet.get('href', '')}'"), self._span, item=self._number
                )
        for extra in self._root:
            if str(extra.tag).startswith("{") or extra.tag in {"catalogInfo", "companionMaterialsInfo"}:
                name = str(extra.tag).rpartition("}")[2]
                self._found.add(part_left_out(f"<{name}>"), self._span, item=self._number)

    def _points(self, scoring: Scoring) -> Fraction:
        """Return the item's points: what it says, else the most that its program gives."""
        said = read_decimal(self._fields.get("points_possible"))
        if said is not None and said >= 0:
            return said
        declared = declared_points(self._root, is_ours=self._is_ours)
        total = scoring.total
        if total is None:
            return declared if declared is not None else Fraction(1)
        has_human = any(element.tag in _HUMAN for element in self._interactions)
        if declared is not None and (self._is_ours or (has_human and declared > total)):
            return declared
        return total

    # --- feedback and body --------------------------------------------------------------------------------------

    def _told(self) -> "list[tuple[Told, _Element | None]]":
        rows: list[tuple[Told, _Element | None]] = []
        if self._body is not None:
            rows += [(self._told_one(element), element) for element in descendants(self._body, *_FEEDBACKS)]
        rows += [(self._told_one(element), None) for element in children(self._root, "modalFeedback")]
        return rows

    def _told_one(self, element: "_Element") -> Told:
        content = self._contents.content(element)
        title = element.get("title", "").strip()
        if title and element.tag == "modalFeedback":
            words = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            content = Content(f"<p><strong>{words}</strong></p>\n{content}" if content else f"<p>{words}</p>")
        return Told(
            outcome=element.get("outcomeIdentifier", ""),
            identifier=element.get("identifier", ""),
            content=content,
            hides=element.get("showHide", "show") == "hide",
            element=element,
        )

    def _read_body(self, shown: "frozenset[_Element]") -> Content:
        if self._body is None:
            return EMPTY
        hidden = set(shown) | set(self._reader.rubrics())
        if self._reader.rubrics() and not any(
            element.tag == "extendedTextInteraction" for element in self._interactions
        ):
            self._found.add(part_left_out("a block for graders or authors"), self._span, item=self._number)
        prompts: list[Content] = []
        alone = len(self._interactions) == 1
        for element in self._interactions:
            if alone and element.tag not in _INLINE and self._stands_at_its_own_place(element, hidden):
                hidden.add(element)
                prompts.append(self._contents.content(child(element, "prompt")))
        self._put_prompts(hidden)
        body = self._contents.content(self._body, leave_out=frozenset(hidden))
        return _with_prompts(body, prompts)

    def _stands_at_its_own_place(self, element: "_Element", hidden: "set[_Element]") -> bool:
        """Whether an interaction stands where one without a gap would stand: at the end of the body."""
        parent = element.getparent()
        if parent is not None and parent is not self._body:
            original = self._styles.get(parent.get("class", "").rpartition(" ")[2])
            if original is not None and original.note in {ADDED, PLACED}:
                return original.note == ADDED
            if (
                parent.tag != "div"
                or parent.getparent() is not self._body
                or len(parent) != 1
                or (parent.text or "").strip()
            ):
                return False
            element = parent
        following = element.getnext()
        if (element.tail or "").strip():
            return False
        while following is not None:
            if following not in hidden or (following.tail or "").strip():
                return False
            following = following.getnext()
        return True

    def _put_prompts(self, hidden: "set[_Element]") -> None:
        """Put the prompt of an interaction that keeps its place before it."""
        for element in self._interactions:
            prompt = child(element, "prompt")
            if element in hidden or prompt is None:
                continue
            parent = element.getparent()
            assert parent is not None
            is_text = not any(inner.tag in _BLOCK_TAGS for inner in prompt)
            prompt.tag = "span" if element.tag in _INLINE else "p" if is_text else "div"
            parent.insert(parent.index(element), prompt)


_INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
_BLOCK_TAGS = frozenset(
    {"p", "div", "ul", "ol", "dl", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_BEYOND: Mapping[str, str] = {
    "templateDeclaration": "values are drawn by a program",
    "templateProcessing": "values are drawn by a program",
    "printedVariable": "values are shown that a program computes",
    "templateBlock": "values are drawn by a program",
    "templateInline": "values are drawn by a program",
    "positionObjectStage": "<positionObjectInteraction>",
}


def declared_points(root: "_Element", *, is_ours: bool = False) -> Fraction | None:
    """Return what MAXSCORE or the score's declaration says."""
    normal = None
    for element in children(root, "outcomeDeclaration"):
        if element.get("identifier") == MAXSCORE:
            value = read_decimal(text_of(child(element, "defaultValue")))
            if value is not None and (value > 0 or is_ours):
                return value
        elif element.get("identifier") == SCORE:
            normal = read_decimal(element.get("normalMaximum"))
    return normal if normal is not None and normal > 0 else None


def _interaction_elements(body: "_Element") -> "list[_Element]":
    return [element for element in body.iter() if str(element.tag).endswith("Interaction")]


def _with_prompts(body: Content, prompts: Sequence[Content]) -> Content:
    asked = [one if one.startswith(_BLOCK_STARTS) else _as_block(one) for one in prompts if one]
    return Content("\n".join([body, *asked] if body else asked))


def _as_block(words: Content) -> str:
    if any(start in words for start in _BLOCK_STARTS):
        return sanitise(f"<div>{words}</div>")[0]
    return f"<p>{words}</p>"


_BLOCK_STARTS = tuple(f"<{tag}" for tag in sorted(_BLOCK_TAGS, key=len, reverse=True))


def _as_match(body: Content, choices: Sequence[ChoiceInteraction]) -> tuple[Content, tuple[Interaction, ...]]:
    """Return several choices among the same answers as one match: the migration from QTI 1.2 takes matches apart."""
    first = choices[0]
    same = [[(choice.identifier, choice.content) for choice in one.choices] for one in choices]
    keys = [[choice.identifier for choice in one.choices if choice.credit > 0] for one in choices]
    if any(row != same[0] for row in same) or any(len(row) != 1 for row in keys):
        return body, tuple(choices)
    pairs = []
    for one, key in zip(choices, keys, strict=True):
        place = re.search(r"(?:<p>((?:(?!</?p>).)*)</p>\s*)?" + re.escape(gap(one.identifier)), body, re.DOTALL)
        if place is None or place[1] is None:
            return body, tuple(choices)
        pairs.append(MatchPair(identifier=one.identifier, source=Content(place[1].strip()), target=key[0]))
        body = Content((body[: place.start()] + body[place.end() :]).strip())
    targets = tuple(MatchTarget(identifier=choice.identifier, content=choice.content) for choice in first.choices)
    return body, (MatchInteraction(pairs=tuple(pairs), targets=targets, shuffle=first.shuffle),)
