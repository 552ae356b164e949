"""The interactions of an item, once it is known what their answers are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.qti21.content_reader import ContentReader
from stemkey.formats.qti21.credits import Asked, Credits
from stemkey.formats.qti21.decimals import read_decimal
from stemkey.formats.qti21.declarations import Declaration, NotReadable
from stemkey.formats.qti21.feedback_reader import Sorted
from stemkey.formats.qti21.tree import child, children, descendants, line_of
from stemkey.model import (
    EMPTY,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from stemkey.richtext import sanitise_html

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R602", Severity.WARNING)
def scoring_simplified(what: str) -> Text:
    """The program that scores the question does something besides, which the credits of its answers do not say.

    The key and the points are right; what is named here is lost when the question is graded or converted.
    """
    return Text(f"the scoring is read without one detail: {what}", "compare the points with the original package")


class InteractionReader:
    """Reads the interactions of one item."""

    def __init__(
        self,
        root: "_Element",
        contents: ContentReader,
        found: Diagnostics,
        source: str,
        *,
        number: str,
        is_ours: bool,
    ) -> None:
        self._root = root
        self._body = child(root, "itemBody")
        self._contents = contents
        self._found = found
        self._source = source
        self._number = number
        self._is_ours = is_ours
        """Whether labels in the file are ours."""
        self._span = Span(source, line_of(root))

    def asked(self, element: "_Element", responses: Mapping[str, Declaration]) -> Asked:
        """Return an interaction as far as scoring is concerned."""
        kind = str(element.tag)
        name = element.get("responseIdentifier", "")
        if name not in responses:
            raise NotReadable(f"the response '{name}', which nothing declares")
        declaration = responses[name]
        if declaration.cardinality == "record":
            raise NotReadable("a response of several fields")
        if kind == "matchInteraction":
            sets = children(element, "simpleMatchSet")
            if len(sets) != 2:
                raise NotReadable("a match of other than two sides")
            one, other = (tuple(_identifiers(side, "simpleAssociableChoice")) for side in sets)
            return Asked(kind=kind, response=declaration, options=one, targets=other)
        options = tuple(_identifiers(element, "simpleChoice", "inlineChoice"))
        if len(set(options)) != len(options):
            raise NotReadable("two choices with the same identifier")
        return Asked(kind=kind, response=declaration, options=options)

    def read(
        self,
        index: int,
        element: "_Element",
        credit: Credits,
        feedback: Sorted,
        weight: Fraction,
        shown: "frozenset[_Element]",
        asked: Asked,
    ) -> Interaction:
        """Return an interaction whose answers are worth something each."""
        identifier = self._own_name(element, element.get("responseIdentifier", ""))
        match str(element.tag):
            case "choiceInteraction":
                return ChoiceInteraction(
                    identifier=identifier,
                    choices=self._choices(index, element, credit.shares, feedback, shown),
                    cardinality=Cardinality.MULTIPLE if asked.is_multiple else Cardinality.SINGLE,
                    shuffle=_flag(element.get("shuffle")),
                )
            case "inlineChoiceInteraction":
                return InlineChoiceInteraction(
                    identifier=identifier,
                    choices=self._choices(index, element, credit.shares, feedback, shown),
                    shuffle=_flag(element.get("shuffle")),
                    weight=weight,
                )
            case "orderInteraction":
                names = _identifiers(element, "simpleChoice")
                choices = dict(zip(names, self._choices(index, element, (), feedback, shown), strict=True))
                return OrderInteraction(
                    identifier=identifier, choices=tuple(choices[name] for name in credit.order or asked.options)
                )
            case "matchInteraction":
                return self._match(identifier, element, credit)
            case "uploadInteraction":
                return self._upload(element)
            case "extendedTextInteraction" if not credit.answers:
                return self._extended_text(identifier, element)
            case _:
                return self._text_entry(index, identifier, credit, feedback, weight)

    def _own_name(self, element: "_Element", name: str) -> str:
        label = element.get("label")
        return label if label is not None and self._is_ours else name

    def _choices(
        self,
        index: int,
        element: "_Element",
        shares: Sequence[Fraction],
        feedback: Sorted,
        shown: "frozenset[_Element]",
    ) -> tuple[Choice, ...]:
        choices = []
        for option, inner in enumerate(children(element, "simpleChoice", "inlineChoice")):
            choices.append(
                Choice(
                    identifier=self._own_name(inner, inner.get("identifier", "")),
                    content=self._contents.content(inner, leave_out=shown) or self._implied(inner),
                    credit=shares[option] if option < len(shares) else Fraction(0),
                    feedback=feedback.options.get((index, option), EMPTY),
                    fixed=_flag(inner.get("fixed")) is True
                    and (self._is_ours or _flag(element.get("shuffle")) is True),
                    span=Span(self._source, line_of(inner)),
                )
            )
        return tuple(choices)

    def _implied(self, inner: "_Element") -> Content:
        """Return the words of a choice that has none: some tools leave them to the names `true` and `false`."""
        name = inner.get("identifier", "").casefold()
        return EMPTY if self._is_ours or name not in {"true", "false"} else Content(name.capitalize())

    def _match(self, identifier: str, element: "_Element", credit: Credits) -> MatchInteraction:
        left, right = (children(side, "simpleAssociableChoice") for side in children(element, "simpleMatchSet"))
        targets = {
            inner.get("identifier", ""): MatchTarget(
                identifier=self._own_name(inner, inner.get("identifier", "")), content=self._contents.content(inner)
            )
            for inner in right
        }
        partner = dict(credit.pairs)
        shares = {pair[0]: share for pair, share in zip(credit.pairs, credit.shares, strict=True)}
        pairs = []
        for inner in left:
            name = inner.get("identifier", "")
            if partner.get(name) not in targets:
                raise NotReadable("a match in which a side has no partner, or several")
            pairs.append(
                MatchPair(
                    identifier=self._own_name(inner, name),
                    source=self._contents.content(inner),
                    target=targets[partner[name]].identifier,
                    credit=shares[name],
                    span=Span(self._source, line_of(inner)),
                )
            )
        return MatchInteraction(
            identifier=identifier,
            pairs=tuple(pairs),
            targets=tuple(targets.values()),
            shuffle=_flag(element.get("shuffle")),
        )

    def _text_entry(
        self, index: int, identifier: str, credit: Credits, feedback: Sorted, weight: Fraction
    ) -> TextEntryInteraction:
        accepted: list[AcceptedText | AcceptedNumber] = []
        known = {answer.case_sensitive for answer in credit.answers if answer.case_sensitive is not None}
        for option, (answer, share) in enumerate(zip(credit.answers, credit.shares, strict=True)):
            told = feedback.options.get((index, option), EMPTY)
            if share or told or self._is_ours:
                accepted.append(_with(answer.accepted, share, told))
        if len(known) > 1:
            self._found.add(
                scoring_simplified("case counts in some of its answers only"), self._span, item=self._number
            )
        return TextEntryInteraction(
            identifier=identifier,
            accepted=tuple(accepted),
            case_sensitive=known == {True},
            weight=weight,
            other_feedback=feedback.options.get((index, len(credit.answers)), EMPTY),
        )

    def _extended_text(self, identifier: str, element: "_Element") -> ExtendedTextInteraction:
        lines = read_decimal(element.get("expectedLines"))
        name = element.get("responseIdentifier", "")
        declaration = next(
            (one for one in children(self._root, "responseDeclaration") if one.get("identifier") == name), None
        )
        default = child(child(declaration, "defaultValue"), "value")
        template = "" if default is None else "".join(str(part) for part in default.itertext())
        if template and element.get("format") != "xhtml":
            template = template.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return ExtendedTextInteraction(
            identifier=identifier,
            lines=int(lines) if lines is not None and lines > 0 else None,
            template=sanitise_html(template, self._found, self._span, item=self._number),
            grader_notes=self._grader_notes(name),
        )

    def _grader_notes(self, name: str) -> Content:
        notes = [
            self._contents.content(block)
            for block in self.rubrics()
            if block.get("label") in {None, name} or not self._is_ours
        ]
        return Content("\n".join(note for note in notes if note))

    def rubrics(self) -> "list[_Element]":
        """Return the blocks that candidates do not see."""
        if self._body is None:
            return []
        blocks = descendants(self._body, "rubricBlock")
        return [block for block in blocks if "candidate" not in block.get("view", "candidate").split()]

    def _upload(self, element: "_Element") -> UploadInteraction:
        types: tuple[str, ...] = ()
        maximum = None
        identifier = element.get("responseIdentifier", "")
        label = element.get("label", "") if self._is_ours else ""
        if label:
            parts = label.split("; ")
            if len(parts) >= 2:
                types = () if parts[0] == "any type" else tuple(parts[0].split(", "))
                maximum = int(parts[1]) if parts[1].isascii() and parts[1].isdigit() else None
                identifier = parts[2] if len(parts) > 2 else identifier
            else:
                identifier = label
        return UploadInteraction(identifier=identifier, file_types=types, maximum_files=maximum)


def _identifiers(element: "_Element", *names: str) -> list[str]:
    return [inner.get("identifier", "") for inner in children(element, *names)]


def _flag(text: str | None) -> bool | None:
    return None if text is None else text.strip().lower() in {"true", "1"}


def _with(accepted: AcceptedText | AcceptedNumber, share: Fraction, told: Content) -> AcceptedText | AcceptedNumber:
    return replace(accepted, credit=share, feedback=told)
