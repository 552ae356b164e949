"""What can be wrong with a line of Blackboard's question upload."""

from stemkey.diagnostics import Severity, Text, rule


@rule("R851", Severity.ERROR)
def row_of_unknown_type(kind: str, known: str) -> Text:
    """A line begins with a word that is no type of question, so it cannot be told what its fields are.

    The first field of each line is the type: MC, MA, TF, ESS, FIB and others. There is no line of headings: Blackboard
    would refuse it too. A question must stand on one line; a line break inside it makes two.
    """
    return Text(f"there is no question type '{kind[:40]}'", f"begin the line with one of {known}")


@rule("R852", Severity.ERROR)
def row_incomplete(kind: str, what: str) -> Text:
    """A line lacks fields that its type needs, so the question has no text or no answer.

    As a rule there are blanks where a tab should be. Example: `TF`, tab, the question, tab, `true`.
    """
    return Text(f"the {kind} line has no {what}", "separate the fields with tabs, and give all that the type needs")


@rule("R853", Severity.ERROR)
def mark_unreadable(kind: str, mark: str, wanted: str) -> Text:
    """A field that says which answer is right has another word than Blackboard knows.

    The words are English in every language of Blackboard: `correct`, `incorrect`, `true`, `false`. Where fields are
    missing or doubled, an answer stands where a word should.
    """
    return Text(f"'{mark[:40]}' in the {kind} line is not {wanted}", f"write {wanted}")


@rule("R854", Severity.ERROR)
def keys_do_not_fit(kind: str, count: int) -> Text:
    """A multiple choice line (`MC`) has exactly one right answer; several belong in a multiple answer line (`MA`).

    Blackboard would take one of them. Say which you mean.
    """
    return Text(f"the {kind} line has {count} right answers", "mark one as correct, or write MA")


@rule("R855", Severity.ERROR)
def numeric_field_unreadable(text: str) -> Text:
    """The answer or the tolerance of a numeric line (`NUM`) is no number, or could be two.

    Decimals have a point: `3.14`. `1,5` could be one and a half or a mistyped 15; `10,000` is read as ten thousand.
    """
    return Text(f"'{text[:40]}' is no number", "write digits, with a point for decimals")


@rule("R856", Severity.ERROR)
def blanks_do_not_fit(names: str) -> Text:
    """The blanks in the text of a question and those that have answers are not the same.

    In a `FIB_PLUS` line each blank is a name in brackets, `[a]`, and each name is followed by its answers; an empty
    field separates one blank from the next.
    """
    return Text(
        f"these blanks stand only in the text or only among the answers: {names}", "give each blank its answers"
    )


@rule("R857", Severity.WARNING)
def type_kept(kind: str) -> Text:
    """Blackboard has a type of question that no other format has; the line is kept as it is.

    It can be written as Blackboard's upload again, and in no other format. Opinion scales have no right answer.
    """
    return Text(f"the type {kind!r} is kept as it is; only Blackboard has it", "use another type for other targets")


@rule("R858", Severity.WARNING)
def fields_left_over(kind: str, fields: str) -> Text:
    """A line has more fields than its type has a use for, so what they say is not in the question.

    A tab inside a text makes two fields of it. Remove the tab, or the fields.
    """
    return Text(f"the {kind} line has fields that mean nothing: {fields[:60]}", "remove them")
