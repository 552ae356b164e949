"""What can be wrong with a text2qti file."""

from stemkey.diagnostics import Severity, Text, rule


@rule("R501", Severity.ERROR)
def line_belongs_to_nothing(text: str, hint: str) -> Text:
    """A line begins with no mark that text2qti knows, and is not indented far enough to continue the text above.

    Continuation lines are indented as far as the text of the first line: below `1.  What is` by four blanks, below
    `*c) Five` by four. A line less indented ends the text, and what it says would be missing from the question.
    """
    return Text(f"the line '{_cut(text)}' belongs to nothing", hint)


@rule("R502", Severity.ERROR)
def mark_without_text(mark: str) -> Text:
    """A mark that a text must follow stands alone on its line.

    An answer `a)` with nothing behind it would be an empty option. Text may continue on the next lines, but it begins
    behind the mark.
    """
    return Text(f"nothing follows '{_cut(mark)}'", "write its text on the same line, or remove the mark")


@rule("R503", Severity.ERROR)
def mark_without_space(mark: str) -> Text:
    """A mark and its text are not separated by a blank, so the line is not recognised.

    text2qti wants `1. What`, `a) Six`, `*c) Five`, `... Feedback`, with at least one blank behind the mark.
    """
    return Text(f"there is no blank behind '{_cut(mark)}'", "put a blank between the mark and its text")


@rule("R504", Severity.ERROR)
def answers_of_two_kinds(first: str, second: str) -> Text:
    """A question has answers of two kinds, so it cannot be told how it is answered.

    `a)` and `*a)` are for one right answer, `[ ]` and `[*]` for several, `*` for a text, `=` for a number, `____` for
    an essay, `^^^^` for a file. A question has one of these.
    """
    return Text(f"the question has {second} after {first}", "keep one kind of answer in a question")


@rule("R505", Severity.ERROR)
def question_without_answers(number: str) -> Text:
    """A question ends without anything that says how it is answered.

    Each needs options, an answer, `____` (essay) or `^^^^` (upload) before the next question begins.
    Text that asks nothing is written as `Text: …`.
    """
    return Text(f"question {number} has no answers", "add options, an answer, ____ or ^^^^")


@rule("R506", Severity.ERROR)
def several_keys(number: str, count: int) -> Text:
    """A question with options `a)` has more than one option marked as right, which text2qti refuses.

    Options of which several are right are written with boxes: `[*]` for a right one, `[ ]` for a wrong one.
    """
    return Text(f"question {number} has {count} right options", "use [*] and [ ] where several are right")


@rule("R507", Severity.ERROR)
def points_unreadable(text: str) -> Text:
    """The points are no positive number. text2qti itself takes whole and half points only.

    The question is read with one point, so the total would be wrong. Example: `Points: 2` or `Points: 0.5`.
    """
    return Text(f"'{_cut(text)}' is no number of points", "write a positive number, for example 2 or 0.5")


@rule("R508", Severity.ERROR)
def numeric_answer_unreadable(text: str) -> Text:
    """A numeric answer is in none of the three forms that text2qti has.

    They are `= [1.2, 1.3]` (a range), `= 1.41 +- 0.01` or `= 1.41 +- 5%` (a number and its margin), and `= 42`
    (a whole number, exactly).
    """
    return Text(
        f"'{_cut(text)}' is no numeric answer", "write [min, max], or number +- margin; a whole number may stand alone"
    )


@rule("R509", Severity.ERROR)
def code_to_run() -> Text:
    """A block of code writes questions when text2qti runs it. Stemkey runs no program that a quiz holds.

    The questions it would write are therefore missing here. Run text2qti's code yourself and paste what it prints,
    or keep such questions in text2qti.
    """
    return Text(
        "the questions that this code would write are not read", "run the code and put what it prints in its place"
    )


@rule("R510", Severity.ERROR)
def said_twice(what: str) -> Text:
    """Something that is said once is said twice, and only one of the two could be used.

    text2qti refuses such a file. The first is kept here.
    """
    return Text(f"{what} is given twice", "keep one of the two")


@rule("R511", Severity.ERROR)
def out_of_place(what: str, where: str) -> Text:
    """Something stands where text2qti cannot tell what it belongs to.

    Title and points come before a question, its feedback directly below it, feedback for an option below that option,
    settings before the first question, `pick:` at the beginning of a group.
    """
    return Text(f"{what} stands where it belongs to nothing", where)


@rule("R512", Severity.ERROR)
def group_unbalanced(what: str) -> Text:
    """A group of questions is a `GROUP` line, questions, and an `END_GROUP` line; groups do not nest.

    Without its end it would be unclear which questions are drawn from. Example: `GROUP`, `pick: 2`, five questions,
    `END_GROUP` gives every candidate two of the five.
    """
    return Text(what, "give every GROUP its END_GROUP before the next one begins")


@rule("R513", Severity.ERROR)
def group_too_small(pick: int, count: int) -> Text:
    """A group draws more questions than it has, so no candidate could get that many.

    Lower `pick:` or add questions. Questions that could not be read do not count.
    """
    return Text(f"the group draws {pick} of {count} questions", "lower 'pick:' or add questions to the group")


@rule("R514", Severity.ERROR)
def comment_without_end() -> Text:
    """`COMMENT` begins a comment that never ends, so everything behind it would be left out.

    A comment of several lines ends with a line `END_COMMENT`. A comment of one line begins with `%`.
    """
    return Text("this COMMENT has no END_COMMENT", "add a line END_COMMENT where the comment ends")


@rule("R515", Severity.ERROR)
def option_not_understood(name: str, text: str, wanted: str) -> Text:
    """A setting has a value that it does not take, so it has no effect.

    The settings of a quiz take `true` or `false`, those of a group a positive whole number.
    """
    return Text(f"'{name}' is '{_cut(text)}'", f"write {wanted}")


@rule("R516", Severity.INFO)
def kept_for_text2qti(what: str) -> Text:
    """text2qti writes a document with solutions beside the quiz; what the file says for it has no place in an LMS.

    It is kept, and written again when the quiz is written as text2qti. Other formats do not carry it.
    """
    return Text(f"{what} is kept for text2qti only", "use feedback ('...') for what candidates should read")


@rule("R517", Severity.WARNING)
def unit_macro(text: str) -> Text:
    r"""The text has a LaTeX macro of the package siunitx, which text2qti replaces and an LMS does not know.

    It is kept as it is; Moodle's and Canvas's math would show it in red. Example: `\SI{5}{\metre}` is
    `5\,\text{m}` in plain LaTeX.
    """
    return Text(f"'{_cut(text)}' is kept, but an LMS cannot show it", "write the number and its unit in plain LaTeX")


@rule("R518", Severity.WARNING)
def text_in_group() -> Text:
    """A text stands inside a group of questions, where it could be drawn in place of a question.

    It is moved before the group, so every candidate sees it.
    """
    return Text("a text inside a group is moved before the group", "put the text before GROUP")


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
