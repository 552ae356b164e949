"""A quiz with one question of every kind, in the words of a teacher; and what each answer to it is worth."""

from fractions import Fraction

from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    Hint,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
    gap,
)

HALF = Fraction(1, 2)


def choices(*texts: str, shares: str) -> tuple[Choice, ...]:
    """`shares` says each choice's share: `1 0 1/2`."""
    return tuple(
        Choice(identifier=chr(65 + index), content=Content(text), credit=Fraction(share))
        for index, (text, share) in enumerate(zip(texts, shares.split(), strict=True))
    )


def item(number: int, body: str, *interactions: object, **fields: object) -> Item:
    return Item(
        identifier=f"all-q{number}",
        number=str(number),
        body=Content(body),
        interactions=interactions,  # type: ignore[arg-type]  # one of the union each
        **fields,  # type: ignore[arg-type]  # names of the model
    )


def every_kind() -> Quiz:
    """One question of each kind."""
    items = (
        item(
            1,
            "<p>Which is a metal?</p>",
            ChoiceInteraction(choices=choices("iron", "neon", "silicon", shares="1 0 1/2"), shuffle=False),
            points=Fraction(2),
            feedback=Feedback(
                general=Content("<p>Iron is.</p>"),
                correct=Content("<p>Right.</p>"),
                partial=Content("<p>Nearly.</p>"),
                incorrect=Content("<p>No.</p>"),
            ),
            hints=(Hint(content=Content("<p>It rusts.</p>")),),
        ),
        item(
            2,
            "<p>Which are noble gases?</p>",
            ChoiceInteraction(
                choices=choices("neon", "argon", "oxygen", "xenon", shares="1/3 1/3 -1/3 1/3"),
                cardinality=Cardinality.MULTIPLE,
                shuffle=False,
            ),
            points=Fraction(3),
        ),
        item(
            3,
            f"<p>Water is {gap('a')} at 20 °C and boils at {gap('b')} °C.</p>",
            InlineChoiceInteraction(identifier="a", choices=choices("solid", "liquid", shares="0 1"), shuffle=False),
            TextEntryInteraction(
                identifier="b", accepted=(AcceptedNumber(value=Fraction(100), tolerance=Fraction(1, 2)),)
            ),
            points=Fraction(2),
        ),
        item(
            4,
            "<p>Put into order, lightest first.</p>",
            OrderInteraction(choices=choices("hydrogen", "carbon", "gold", shares="0 0 0")),
        ),
        item(
            5,
            "<p>Match each with its symbol.</p>",
            MatchInteraction(
                pairs=(
                    MatchPair(identifier="p1", source=Content("iron"), target="t1"),
                    MatchPair(identifier="p2", source=Content("gold"), target="t2"),
                ),
                targets=tuple(
                    MatchTarget(identifier=name, content=Content(text))
                    for name, text in (("t1", "Fe"), ("t2", "Au"), ("t3", "Ag"))
                ),
                shuffle=False,
            ),
        ),
        item(
            6,
            "<p>What is the capital of France?</p>",
            TextEntryInteraction(
                accepted=(AcceptedText(text="Paris"), AcceptedText(text="Lutetia", credit=HALF)),
            ),
        ),
        item(
            7,
            "<p>Who wrote it?</p>",
            TextEntryInteraction(
                accepted=(
                    AcceptedText(text="*Mann", wildcards=True, feedback=Content("<p>Which of them?</p>"), credit=HALF),
                    AcceptedText(text="Thomas M."),
                ),
                other_feedback=Content("<p>Look at the cover.</p>"),
            ),
        ),
        item(
            8,
            "<p>What is \\(\\pi\\)?</p>",
            TextEntryInteraction(
                accepted=(
                    AcceptedNumber(value=Fraction("3.14159"), kind=ToleranceKind.SIGNIFICANT, tolerance=Fraction(6)),
                    AcceptedNumber(
                        value=Fraction("3.14"),
                        kind=ToleranceKind.RELATIVE,
                        tolerance=Fraction(1, 100),
                        credit=HALF,
                        written="3.140",
                    ),
                    AcceptedNumber(
                        lower=Fraction(3), upper=Fraction(4), lower_open=True, upper_open=True, credit=Fraction(1, 4)
                    ),
                ),
            ),
        ),
        item(
            9,
            "<p>Discuss.</p>",
            ExtendedTextInteraction(
                lines=12, template=Content("<p>First, …</p>"), grader_notes=Content("<p>Two points each.</p>")
            ),
            points=Fraction(10),
        ),
        item(10, "<p>Hand in.</p>", UploadInteraction(file_types=(".pdf",), maximum_files=2), points=Fraction(5)),
        item(11, "<p>Now to something else.</p>"),
    )
    return Quiz(identifier="all-kinds", title="All kinds", sections=(Section(items=items),))


RESPONSES: dict[int, list[tuple[dict[str, object], float]]] = {
    1: [({"RESPONSE": "A"}, 2), ({"RESPONSE": "B"}, 0), ({"RESPONSE": "C"}, 1)],
    2: [
        ({"RESPONSE": ["A", "B", "D"]}, 3),
        ({"RESPONSE": ["A", "B"]}, 2),
        ({"RESPONSE": ["A", "B", "C"]}, 1),
        ({"RESPONSE": ["C"]}, 0),
    ],
    3: [({"a": "B", "b": "100.4"}, 2), ({"a": "B", "b": "101"}, 1), ({"a": "A", "b": "99.5"}, 1)],
    4: [({"RESPONSE": ["A", "B", "C"]}, 1), ({"RESPONSE": ["B", "A", "C"]}, 0)],
    5: [({"RESPONSE": ["p1 t1", "p2 t2"]}, 1), ({"RESPONSE": ["p1 t1", "p2 t3"]}, 0.5), ({"RESPONSE": ["p1 t2"]}, 0)],
    6: [({"RESPONSE": "paris"}, 1), ({"RESPONSE": "Lutetia"}, 0.5), ({"RESPONSE": "Lyon"}, 0)],
    7: [({"RESPONSE": "Heinrich Mann"}, 0.5), ({"RESPONSE": "thomas m."}, 1), ({"RESPONSE": "Kafka"}, 0)],
    8: [({"RESPONSE": "3.14159"}, 1), ({"RESPONSE": "3.15"}, 0.5), ({"RESPONSE": "3.9"}, 0.25), ({"RESPONSE": "4"}, 0)],
}
"""For a question: responses as a player gives them, and the score of each."""
