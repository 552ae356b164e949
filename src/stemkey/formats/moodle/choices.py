"""Questions whose choices are listed: multichoice, truefalse, ordering."""

from stemkey.diagnostics import Severity, Span, Text, rule
from stemkey.formats.moodle.elements import PREFIX, cdata, inline
from stemkey.formats.moodle.reading import Parts, Question, Reading, line_of
from stemkey.formats.moodle.shares import percent_text
from stemkey.formats.moodle.written import Writing
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    Item,
    OrderInteraction,
    letter_label,
)

# ---- multichoice ---------------------------------------------------------------------------------

_LABELS = tuple(letter_label(index) for index in range(702))


def _label(index: int) -> str:
    return _LABELS[index] if index < len(_LABELS) else letter_label(index)


def read_multichoice(question: Question, reading: Reading) -> Parts:
    """Read a choice question; one whose choices are True and False stays a multichoice when it is written."""
    body = reading.content(question.fields.get("questiontext"), "questiontext")
    interaction = _read_choices(question, reading)
    extensions = {PREFIX + "type": "multichoice"} if _says_truth(interaction) else {}
    return Parts(body=body, interactions=(interaction,), extensions=extensions)


def _read_choices(question: Question, reading: Reading) -> ChoiceInteraction:
    choices: list[Choice] = []
    credit, content, source_name = reading.credit, reading.content, reading.source_name
    for position, answer in enumerate(question.answers, 1):
        feedback = EMPTY
        children = list(answer)
        for child in children:
            if child.tag == "feedback":
                feedback = content(child, f"feedback {position}")
                break
        if len(children) == 2 and children[0].tag == "text" and children[1].tag == "feedback" and not len(children[0]):
            text = reading.short_content(children[0].text, answer)
        else:
            text = content(answer, f"answer {position}")
        share = credit(answer)
        if not text and not feedback and share == NO_CREDIT:
            continue  # Moodle drops such answers too
        choices.append(
            Choice(
                identifier=_label(len(choices)),
                content=inline(text),
                credit=share,
                feedback=feedback,
                span=Span(source_name, line_of(answer)),
            )
        )
    single = question.is_true("single", default=True)
    return ChoiceInteraction(
        choices=tuple(choices),
        cardinality=Cardinality.SINGLE if single else Cardinality.MULTIPLE,
        shuffle=question.is_true("shuffleanswers", default=False),
    )


def write_choice(item: Item, interaction: ChoiceInteraction, writing: Writing) -> str:
    """Write a choice question: true/false where Moodle's own type says the same, else multichoice."""
    words = _true_false_words(item, interaction)
    if words:
        return _write_truefalse(item, interaction, words, writing)
    body = writing.text(item.body, item, "questiontext")
    single = "true" if interaction.cardinality is Cardinality.SINGLE else "false"
    shuffle = "true" if writing.shuffles(interaction.shuffle) else "false"
    options = writing.options
    if item.extensions:
        defaults = {
            "answernumbering": options.numbering,
            "showstandardinstruction": "1" if options.instruction else "0",
        }
        settings = writing.settings(item, defaults)
        shows = "" if item.extensions.get(PREFIX + "shownumcorrect") == "0" else "<shownumcorrect/>\n"
    else:
        settings = (
            f"<answernumbering>{options.numbering}</answernumbering>\n"
            f"<showstandardinstruction>{1 if options.instruction else 0}</showstandardinstruction>\n"
        )
        shows = "<shownumcorrect/>\n"
    own = (
        f"<single>{single}</single>\n<shuffleanswers>{shuffle}</shuffleanswers>\n{settings}"
        f"{writing.combined_feedback(item)}{shows}{_answers(item, interaction, writing)}"
    )
    return writing.question("multichoice", item, body, own)


def _answers(item: Item, interaction: ChoiceInteraction, writing: Writing) -> str:
    answers = []
    text = writing.text
    for position, choice in enumerate(interaction.choices, 1):
        credit = choice.credit
        percent = "0" if credit is NO_CREDIT else "100" if credit is FULL_CREDIT else percent_text(credit)
        feedback = text(choice.feedback, item, f"feedback {position}") if choice.feedback else "<text></text>"
        answers.append(
            f'<answer fraction="{percent}" format="html">{text(choice.content, item, f"answer {position}")}'
            f'<feedback format="html">{feedback}</feedback></answer>\n'
        )
    return "".join(answers)


# ---- truefalse -----------------------------------------------------------------------------------


@rule("R213", Severity.WARNING)
def truth_not_said(text: str) -> Text:
    """The answers of a true/false question are `true` and `false`, in small letters; these are not.

    Moodle then decides by order: the first answer is taken for "true", whatever it says. Stemkey reads the words
    where they are true and false in another case, else it keeps the question as a choice of its two answers.
    """
    return Text(f"true/false answer {text!r} is not 'true' or 'false'", "write true and false, in small letters")


@rule("R214", Severity.WARNING)
def truth_half_said() -> Text:
    """A true/false question has one answer instead of two. Moodle's importer stops at it; the other one is added."""
    return Text("the true/false question does not have two answers", "write both answers, true and false")


_WORDS = {"true": Content("True"), "false": Content("False")}
TRUTH_PENALTY = "1.0000000"


def read_truefalse(question: Question, reading: Reading) -> ChoiceInteraction:
    """Read a true/false question as a choice of two."""
    read = [(reading.text(answer), answer) for answer in question.answers]
    if len(read) != 2:
        reading.report(truth_half_said(), question.element)
    for text, answer in read:
        if text not in _WORDS:
            reading.report(truth_not_said(text), answer)
    choices = []
    for position, (text, answer) in enumerate(read, 1):
        feedback = next((child for child in answer if child.tag == "feedback"), None)
        # Right is only what has the full share; anything else counts nothing here.
        right = reading.credit(answer, any_share=True) == FULL_CREDIT
        choices.append(
            Choice(
                identifier=_label(position - 1),
                content=_WORDS.get(text.lower()) or reading.content(answer),
                credit=FULL_CREDIT if right else NO_CREDIT,
                feedback=reading.content(feedback, f"feedback {position}"),
                span=reading.place(answer),
            )
        )
    if len(choices) == 1 and choices[0].content in _WORDS.values():
        other = _WORDS["false" if choices[0].content == "True" else "true"]
        credit = NO_CREDIT if choices[0].credit else FULL_CREDIT
        choices.append(Choice(identifier="B", content=other, credit=credit))
    return ChoiceInteraction(choices=tuple(choices), shuffle=question.is_true("shuffleanswers", default=False))


def _says_truth(interaction: ChoiceInteraction) -> bool:
    if len(interaction.choices) != 2 or interaction.cardinality is not Cardinality.SINGLE:
        return False
    one, two = interaction.choices
    return {one.content, two.content} == {"True", "False"} and {one.credit, two.credit} == {NO_CREDIT, FULL_CREDIT}


def _true_false_words(item: Item, interaction: ChoiceInteraction) -> tuple[str, ...] | None:
    """Return `true` and `false` in the choices' order where Moodle's true/false type says all that the item says."""
    if not _says_truth(interaction) or item.extensions.get(PREFIX + "type") == "multichoice":
        return None
    one, two = interaction.choices
    feedback = item.feedback
    if item.hints or feedback.correct or feedback.partial or feedback.incorrect:
        return None
    return one.content.lower(), two.content.lower()


def _write_truefalse(item: Item, interaction: ChoiceInteraction, words: tuple[str, ...], writing: Writing) -> str:
    answers = []
    for position, (word, choice) in enumerate(zip(words, interaction.choices, strict=True), 1):
        feedback = writing.text(choice.feedback, item, f"feedback {position}")
        answers.append(
            f'<answer fraction="{100 if choice.credit else 0}" format="moodle_auto_format">'
            f'<text>{word}</text><feedback format="html">{feedback}</feedback></answer>\n'
        )
    # Moodle never shuffles the two and ignores the element; our reader does not.
    shuffle = "<shuffleanswers>true</shuffleanswers>\n" if writing.shuffles(interaction.shuffle) else ""
    own = shuffle + (writing.settings(item, {}) if item.extensions else "") + "".join(answers)
    body = writing.text(item.body, item, "questiontext")
    return writing.question("truefalse", item, body, own, penalty=TRUTH_PENALTY)


# ---- ordering ------------------------------------------------------------------------------------

ORDERING_DEFAULTS = {
    "layouttype": "VERTICAL",
    "selecttype": "ALL",
    "selectcount": "2",
    "gradingtype": "ABSOLUTE_POSITION",
    "showgrading": "SHOW",
    "numberingstyle": "none",
}


def read_ordering(question: Question, reading: Reading) -> OrderInteraction:
    """Read an ordering question: its answers stand in the right order, their fractions say nothing."""
    choices = tuple(
        Choice(
            identifier=_label(position - 1),
            content=inline(reading.content(answer, f"answer {position}")),
            span=reading.place(answer),
        )
        for position, answer in enumerate(question.answers, 1)
    )
    return OrderInteraction(choices=choices)


def write_ordering(item: Item, interaction: OrderInteraction, writing: Writing) -> str:
    """Write an ordering question. Without `shownumcorrect` Moodle 4.5 breaks off with a database error."""
    answers = "".join(
        f'<answer fraction="{position}" format="html">{writing.text(choice.content, item, f"answer {position}")}</answer>\n'
        for position, choice in enumerate(interaction.choices, 1)
    )
    shows = item.extensions.get(PREFIX + "shownumcorrect", "1")
    own = (
        f"{writing.settings(item, ORDERING_DEFAULTS)}{writing.combined_feedback(item)}"
        f"<shownumcorrect>{cdata(shows)}</shownumcorrect>\n{answers}"
    )
    return writing.question("ordering", item, writing.text(item.body, item, "questiontext"), own)
