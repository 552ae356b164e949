"""Quizzes for laws: whole quizzes with every kind of interaction and texts that hurt, restricted to what a format carries.

`quizzes(carries)` keeps to what a format claims, so that a law is tested on what should survive; `quizzes(None)` uses
every field of the model. All contents are in the spelling that `richtext.sanitise` leaves as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import TypeAlias

from hypothesis import strategies as st

from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Asset,
    Capabilities,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Clone,
    Content,
    ExtendedTextInteraction,
    Feedback,
    ForeignInteraction,
    Hint,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    Settings,
    TextEntryInteraction,
    ToleranceKind,
    Unit,
    UploadInteraction,
    Variable,
    gap,
    letter_label,
    text_content,
)

_FLAGS = [name for name, kind in Capabilities.__annotations__.items() if kind is bool]
EVERYTHING = Capabilities(
    interactions=(
        ChoiceInteraction,
        InlineChoiceInteraction,
        OrderInteraction,
        MatchInteraction,
        TextEntryInteraction,
        ExtendedTextInteraction,
        UploadInteraction,
        ForeignInteraction,
    ),
    foreign=("moodle", "qti12"),
    **dict.fromkeys(_FLAGS, True),  # type: ignore[arg-type]  # every field that is yes or no
)
"""What no format but the model itself carries."""

IMAGE = "images/plot 1.png"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
    "f61738550000000049454e44ae426082"
)

# Each piece is syntax in some format: what an escape forgets, a reader takes for structure.
NASTY = (
    "a < b", "&amp;", "x > y & z", "<p>", "]]>", '"quoted"', "it's", "100 %", "50% of", "$5 and $6", "${x}", "{=a ~b}",
    "~wrong", "=right", "#note", "a:b", "::title::", "->", "//", "a/b", "back\\slash", "\\n", "{", "}", "[ ]", "[x]",
    "(*)", "*b*", "__init__", "_i_", "`code`", "ANSWER: B", "A. first", "A) one", "*a) key", "1. One", "Q1", "- item",
    "+ plus", "... dots", "@@PLUGINFILE@@", "###", "____", "===", "MC\tTab", "Größe", "日本語", "αβγ", "👩\u200d🏫",
    "עברית", "e\u0301", "\u00a0nbsp", "-1,5", "1e3", "TRUE", "NULL", "[blank1]", "<!-- c -->", "GROUP", "quiz title: x",
    "points: 3", "Title: t", "key: A", "=cmd|' /C calc'!A0", "\\(", "%{", "0.1", "END_GROUP", "```", "|a|b|",
)  # fmt: skip
_FORMULAS = ("x^2", "a_1 < b", "\\frac{1}{2}", "\\{1, 2\\}", "50\\,\\%", "f(x) = y & z", "\\text{ if } x > 0")

InteractionType: TypeAlias = type[Interaction]
_LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn", "Cs"])


@st.composite
def plain_texts(draw: st.DrawFn, *, maximum: int = 3) -> str:
    """Return one line of text, with single spaces inside and none around."""
    word = st.sampled_from(NASTY) | st.text(_LETTERS, min_size=1, max_size=6)
    pieces = draw(st.lists(word, min_size=1, max_size=maximum))
    # A bare `\(` is the beginning of a formula by the model's convention.
    return " ".join(" ".join(pieces).replace("\\(", "\\ (").replace("\\[", "\\ [").split())


@st.composite
def inline_contents(draw: st.DrawFn, carries: Capabilities) -> Content:
    """Return what a choice holds: one line of inline content."""
    parts = [text_content(draw(plain_texts()))]
    if carries.choice_markup:
        parts += draw(st.lists(_inline_marks(carries), max_size=2))
    return Content(" ".join(parts))


def _inline_marks(carries: Capabilities) -> st.SearchStrategy[Content]:
    text = plain_texts(maximum=1).map(text_content)
    kinds = [
        st.builds(
            lambda tag, inner: Content(f"<{tag}>{inner}</{tag}>"), st.sampled_from(["em", "strong", "code"]), text
        )
    ]
    if carries.math:
        kinds.append(st.sampled_from(_FORMULAS).map(lambda tex: Content(f"\\({escape(tex, quote=False)}\\)")))
    return st.one_of(kinds)


@st.composite
def block_contents(draw: st.DrawFn, carries: Capabilities, *, images: bool = False) -> Content:
    """Return what a stem or feedback holds: one or more blocks, plain text where the format has no markup."""
    if not carries.markup:
        return text_content(draw(plain_texts()))
    text = plain_texts().map(text_content)
    kinds = [
        text.map(lambda inner: f"<p>{inner}</p>"),
        st.lists(_inline_marks(carries), min_size=1, max_size=3).map(lambda marks: f"<p>{' '.join(marks)}</p>"),
        text.map(lambda code: f'<pre><code class="language-python">if x:\n    {code}\n\n# end\n</code></pre>'),
        st.lists(text, min_size=1, max_size=3).map(
            lambda rows: "<ul>\n" + "\n".join(f"<li>{row}</li>" for row in rows) + "\n</ul>"
        ),
    ]
    if carries.math:
        kinds.append(st.sampled_from(_FORMULAS).map(lambda tex: f"<p>\\[{escape(tex, quote=False)}\\]</p>"))
    if images and carries.images:
        kinds.append(text.map(lambda alt: f'<p><img src="{IMAGE}" alt="a plot"> {alt}</p>'))
    blocks = draw(st.lists(st.one_of(kinds), min_size=1, max_size=2))
    return Content("\n".join([f"<p>{draw(text)}</p>", *blocks] if draw(st.booleans()) else blocks))


@dataclass(frozen=True)
class _Maker:
    """Draws the parts of a quiz, for one format."""

    draw: st.DrawFn
    carries: Capabilities
    is_full: bool
    """Also the fields that no capability names."""

    def optional(self, content: st.SearchStrategy[Content], *, is_carried: bool) -> st.SearchStrategy[Content]:
        return st.just(EMPTY) | content if is_carried else st.just(EMPTY)

    def blocks(self) -> st.SearchStrategy[Content]:
        return block_contents(self.carries)

    def own_feedback(self) -> st.SearchStrategy[Content]:
        return self.optional(self.blocks(), is_carried=self.carries.feedback_per_choice)

    def contents(self, minimum: int, maximum: int) -> st.SearchStrategy[list[Content]]:
        """Different ones: even where case and markup are lost."""
        return st.lists(
            inline_contents(self.carries),
            min_size=minimum,
            max_size=maximum,
            unique_by=lambda content: "".join(filter(str.isalnum, content)).casefold() or content,
        )

    def interaction(self, *, identifier: str, inside: bool) -> Interaction:
        makers: dict[InteractionType, Callable[[str], Interaction]] = (
            {InlineChoiceInteraction: self.inline_choice, TextEntryInteraction: self.text_entry}
            if inside
            else {
                ChoiceInteraction: self.choice,
                OrderInteraction: self.order,
                MatchInteraction: self.match,
                TextEntryInteraction: self.text_entry,
                ExtendedTextInteraction: self.extended_text,
                UploadInteraction: self.upload,
                ForeignInteraction: self.foreign,
            }
        )
        kinds = [kind for kind in self.carries.interactions if kind in makers]
        if not self.is_full and ForeignInteraction in kinds:
            kinds.remove(ForeignInteraction)
        return makers[self.draw(st.sampled_from(kinds))](identifier)

    def shuffle(self) -> st.SearchStrategy[bool | None]:
        return st.sampled_from([None, True, False]) if self.carries.shuffle_per_item else st.none()

    def choice(self, identifier: str) -> ChoiceInteraction:
        contents = self.draw(self.contents(2, 5))
        is_multiple = self.carries.multiple_response and self.draw(st.booleans())
        shares = self.multiple_credits(len(contents)) if is_multiple else self.single_credits(len(contents))
        choices = tuple(
            Choice(
                identifier=letter_label(index),
                content=content,
                credit=credit,
                feedback=self.draw(self.own_feedback()),
                fixed=self.is_full and self.draw(st.booleans()),
            )
            for index, (content, credit) in enumerate(zip(contents, shares, strict=True))
        )
        return ChoiceInteraction(
            identifier=identifier,
            choices=choices,
            cardinality=Cardinality.MULTIPLE if is_multiple else Cardinality.SINGLE,
            shuffle=self.draw(self.shuffle()),
        )

    def shares(self, *, negative: bool) -> list[Fraction]:
        legal = self.carries.credit_values
        shares = sorted(legal) if legal else [Fraction(n, 6) for n in range(7)]
        between = [share for share in shares if NO_CREDIT < share < FULL_CREDIT] if self.carries.partial_credit else []
        below = [-share for share in shares if share > 0] if negative and self.carries.negative_credit else []
        return [NO_CREDIT, *between, *below]

    def single_credits(self, count: int) -> list[Fraction]:
        others = st.sampled_from(self.shares(negative=True))
        shares = [self.draw(others) for _ in range(count)]
        shares[self.draw(st.integers(0, count - 1))] = FULL_CREDIT
        return shares

    def multiple_credits(self, count: int) -> list[Fraction]:
        keys = self.draw(st.sets(st.integers(0, count - 1), min_size=1))
        share = Fraction(1, len(keys))
        wrong = st.sampled_from([NO_CREDIT, -share] if self.carries.negative_credit else [NO_CREDIT])
        return [share if index in keys else self.draw(wrong) for index in range(count)]

    def inline_choice(self, identifier: str) -> InlineChoiceInteraction:
        texts = self.draw(st.lists(plain_texts(), min_size=2, max_size=4, unique_by=_letters))
        key = self.draw(st.integers(0, len(texts) - 1))
        choices = tuple(
            Choice(
                identifier=letter_label(index),
                content=text_content(text),
                credit=FULL_CREDIT if index == key else NO_CREDIT,
                feedback=self.draw(self.own_feedback()) if self.is_full else EMPTY,
            )
            for index, text in enumerate(texts)
        )
        weight = self.draw(self.weights())
        return InlineChoiceInteraction(
            identifier=identifier,
            choices=choices,
            weight=weight,
            shuffle=self.draw(self.shuffle()) if self.is_full else None,
        )

    def weights(self) -> st.SearchStrategy[Fraction]:
        return st.sampled_from([FULL_CREDIT, Fraction(1, 2), Fraction(3)]) if self.is_full else st.just(FULL_CREDIT)

    def order(self, identifier: str) -> OrderInteraction:
        contents = self.draw(self.contents(2, 4))
        return OrderInteraction(
            identifier=identifier,
            choices=tuple(
                Choice(identifier=letter_label(index), content=content) for index, content in enumerate(contents)
            ),
        )

    def match(self, identifier: str) -> MatchInteraction:
        sources = self.draw(self.contents(2, 4))
        answers = self.draw(st.lists(plain_texts(), min_size=len(sources), max_size=6, unique_by=_letters))
        targets = tuple(
            MatchTarget(identifier=f"t{index}", content=text_content(text)) for index, text in enumerate(answers, 1)
        )
        pairs = tuple(
            MatchPair(
                identifier=f"p{index}",
                source=source,
                target=f"t{index}",
                credit=self.draw(self.weights()),
            )
            for index, source in enumerate(sources, 1)
        )
        return MatchInteraction(identifier=identifier, pairs=pairs, targets=targets, shuffle=self.draw(self.shuffle()))

    def text_entry(self, identifier: str) -> TextEntryInteraction:
        accepted: list[AcceptedText | AcceptedNumber] = []
        is_numeric = self.draw(st.booleans())
        share = st.sampled_from([share for share in self.shares(negative=False) if share] or [FULL_CREDIT])
        if is_numeric:
            accepted.append(self.number())
        else:
            texts = self.draw(st.lists(plain_texts(maximum=2), min_size=1, max_size=3, unique_by=_letters))
            for index, text in enumerate(texts):
                credit = FULL_CREDIT if index == 0 or not self.carries.partial_credit else self.draw(share)
                accepted.append(
                    AcceptedText(
                        text=text,
                        credit=credit,
                        feedback=self.draw(self.own_feedback()),
                        wildcards=self.is_full and self.draw(st.booleans()),
                    )
                )
        is_exact = self.carries.case_sensitive and not is_numeric and self.draw(st.booleans())
        has_units = self.is_full and is_numeric and self.draw(st.booleans())
        return TextEntryInteraction(
            identifier=identifier,
            accepted=tuple(accepted),
            case_sensitive=is_exact,
            units=(Unit(name="km"), Unit(name="m", multiplier=Fraction(1000))) if has_units else (),
            unit_required=has_units,
            unit_penalty=Fraction(1, 10) if has_units else NO_CREDIT,
            weight=self.draw(self.weights()),
            other_feedback=self.draw(self.own_feedback()) if self.is_full else EMPTY,
        )

    def number(self) -> AcceptedNumber:
        decimal = st.builds(Fraction, st.integers(-20_000, 20_000), st.sampled_from([1, 2, 10, 100]))
        feedback = self.draw(self.own_feedback())
        if self.draw(st.booleans()):
            lower, upper = sorted(self.draw(st.lists(decimal, min_size=2, max_size=2, unique=True)))
            is_open = self.is_full and self.draw(st.booleans())
            return AcceptedNumber(lower=lower, upper=upper, lower_open=is_open, feedback=feedback)
        kind, tolerance = (
            ToleranceKind.ABSOLUTE,
            self.draw(st.sampled_from([NO_CREDIT, Fraction(1, 2), Fraction(1, 100)])),
        )
        if self.is_full:
            kind = self.draw(st.sampled_from(list(ToleranceKind)))
            tolerance = Fraction(3) if kind is ToleranceKind.SIGNIFICANT else tolerance
        value = self.draw(decimal)
        return AcceptedNumber(
            value=value,
            tolerance=tolerance,
            kind=kind,
            feedback=feedback,
            written=f"{float(value):.3f}" if self.is_full else "",
        )

    def extended_text(self, identifier: str) -> ExtendedTextInteraction:
        if not self.is_full:
            return ExtendedTextInteraction(identifier=identifier)
        return ExtendedTextInteraction(
            identifier=identifier,
            lines=self.draw(st.none() | st.integers(1, 40)),
            template=self.draw(self.optional(self.blocks(), is_carried=True)),
            grader_notes=self.draw(self.optional(self.blocks(), is_carried=True)),
        )

    def upload(self, identifier: str) -> UploadInteraction:
        if not self.is_full:
            return UploadInteraction(identifier=identifier)
        return UploadInteraction(identifier=identifier, file_types=(".pdf", ".txt"), maximum_files=3)

    def foreign(self, identifier: str) -> ForeignInteraction:
        attributes: Mapping[str, str] = self.draw(st.dictionaries(plain_texts(maximum=1), plain_texts(), max_size=2))
        makers: list[Callable[[str], ChoiceInteraction | MatchInteraction | TextEntryInteraction]]
        makers = [self.choice, self.match, self.text_entry]
        make = self.draw(st.sampled_from(makers))
        clones = tuple(
            Clone(
                body=self.draw(self.optional(self.blocks(), is_carried=True)),
                variables=(Variable(name="x", value=self.draw(plain_texts())),),
                interaction=make("RESPONSE"),
            )
            for _ in range(self.draw(st.integers(0, 2)))
        )
        return ForeignInteraction(
            identifier=identifier,
            format="moodle",
            kind="ddmarker",
            raw=f"<question>{self.draw(plain_texts())}</question>",
            attributes=attributes,
            clones=clones,
        )

    def body_and_interactions(self, *, may_inform: bool) -> tuple[Content, tuple[Interaction, ...]]:
        body = self.draw(block_contents(self.carries, images=True))
        has_cloze = self.carries.several_interactions and self.carries.markup
        kind = self.draw(
            st.sampled_from(["one", "one", *["cloze"] * has_cloze, *["text"] * (may_inform and self.carries.text_only)])
        )
        if kind == "text":
            return body, ()
        if kind == "one":
            return body, (self.interaction(identifier="RESPONSE", inside=False),)
        names = [f"b{number}" for number in range(1, self.draw(st.integers(2, 3)) + 1)]
        inside = tuple(self.interaction(identifier=name, inside=True) for name in names)
        gaps = " ".join(f"{text_content(self.draw(plain_texts(maximum=1)))} {gap(name)}" for name in names)
        return Content(f"{body}\n<p>{gaps}</p>"), inside

    def item(self, quiz: str, number: int, *, may_inform: bool) -> Item:
        carries = self.carries
        body, interactions = self.body_and_interactions(may_inform=may_inform)
        blocks = self.blocks()
        title = self.draw(st.just("") | plain_texts()) if carries.item_titles else ""
        return Item(
            identifier=f"{quiz}-q{number}",
            number=str(number),
            title=title,
            body=body,
            interactions=interactions,
            points=self.points(interactions),
            feedback=Feedback(
                general=self.draw(self.optional(blocks, is_carried=carries.feedback_general)),
                correct=self.draw(self.optional(blocks, is_carried=carries.feedback_by_result)),
                partial=self.draw(self.optional(blocks, is_carried=carries.feedback_partial)),
                incorrect=self.draw(self.optional(blocks, is_carried=carries.feedback_by_result)),
            ),
            penalty=self.draw(st.sampled_from([None, NO_CREDIT, Fraction(1, 3), Fraction(1, 10)]))
            if carries.penalty
            else None,
            hints=tuple(self.draw(st.lists(st.builds(Hint, content=blocks), max_size=2))) if carries.hints else (),
            tags=self.draw(self.tags()),
            category=("Part", self.draw(plain_texts())) if self.is_full and self.draw(st.booleans()) else (),
            objective=self.draw(plain_texts()) if self.is_full and self.draw(st.booleans()) else "",
            extensions={"moodle:stamp": self.draw(plain_texts())} if self.is_full and self.draw(st.booleans()) else {},
        )

    def points(self, interactions: tuple[Interaction, ...]) -> Fraction:
        if not interactions and self.carries.points:
            return Fraction(0)  # nothing is asked, nothing is earned
        values = [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(5, 2)] if self.carries.points else [Fraction(1)]
        return self.draw(st.sampled_from(values))

    def tags(self) -> st.SearchStrategy[tuple[str, ...]]:
        if not self.carries.tags:
            return st.just(())
        words = st.sampled_from(["week 1", "LLM", "Größe", "a-b"])
        return st.lists(words, max_size=2, unique=True).map(tuple)

    def section(self, quiz: str, position: int, numbers: range) -> Section:
        select = self.draw(st.none() | st.integers(1, len(numbers))) if self.carries.sections else None
        # A text that only informs is never drawn.
        items = tuple(self.item(quiz, number, may_inform=select is None) for number in numbers)
        has_words = self.is_full and self.draw(st.booleans())
        return Section(
            identifier=f"s{position}" if self.carries.sections else "",
            title=self.draw(plain_texts()) if self.carries.sections else "",
            instructions=self.draw(self.blocks()) if has_words else EMPTY,
            items=items,
            select=select,
            points_per_item=Fraction(2) if select is not None else None,
            shuffle=self.draw(st.sampled_from([None, True, False])) if self.is_full else None,
            bank=self.draw(plain_texts()) if has_words else "",
        )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold() or text


@st.composite
def quizzes(draw: st.DrawFn, carries: Capabilities | None = None, *, maximum_items: int = 4) -> Quiz:
    """Return a quiz that a format carries; None: with every field of the model in use."""
    make = _Maker(draw, carries or EVERYTHING, carries is None)
    carries = make.carries
    identifier = draw(st.sampled_from(["week3", "day51-llm-serving", "a.b_c"]))
    count = draw(st.integers(1, maximum_items))
    cut = draw(st.integers(1, count)) if carries.sections else count
    ranges = [numbers for numbers in (range(1, cut + 1), range(cut + 1, count + 1)) if numbers]
    sections = tuple(make.section(identifier, position, numbers) for position, numbers in enumerate(ranges, 1))
    settings = Settings(
        shuffle_choices=draw(st.sampled_from([None, True, False])),
        shuffle_items=draw(st.sampled_from([None, True, False])) if carries.shuffle_items else None,
        time_limit=draw(st.none() | st.integers(1, 600)),
        attempts=draw(st.none() | st.integers(0, 10)),
    )
    uses_image = any(IMAGE in item.body for section in sections for item in section.items)
    return Quiz(
        identifier=identifier,
        title=draw(plain_texts()) if carries.quiz_title else "",
        instructions=draw(make.optional(make.blocks(), is_carried=carries.instructions)),
        settings=settings if carries.settings else Settings(),
        tags=draw(make.tags()) if make.is_full else (),
        category=("Course", draw(plain_texts())) if carries.categories and draw(st.booleans()) else (),
        is_bank=make.is_full and draw(st.booleans()),
        sections=sections,
        assets={IMAGE: Asset(name=IMAGE, data=_PIXEL)} if uses_image else {},
        extensions={"moodle:course": draw(plain_texts())} if make.is_full and draw(st.booleans()) else {},
    )
