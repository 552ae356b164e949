"""What can be wrong with an exercise of R/exams, or beyond what can be read without R."""

from stemkey.diagnostics import Severity, Text, rule


@rule("R801", Severity.WARNING)
def exercise_is_computed(kind: str, what: str) -> Text:
    """The exercise holds R code, so its text or its solution is only known once R has run, with new numbers each time.

    Stemkey runs no program that a quiz holds and does not guess: the exercise is named and kept whole, but it cannot be
    written in another format. Let R/exams make the versions that you want (for instance `exams2moodle`) and read those.
    """
    return Text(
        f"this '{kind}' exercise is computed by R ({what}) and is kept as it is",
        "export it with R/exams, for example exams2moodle(), and read the export",
    )


@rule("R802", Severity.ERROR)
def not_an_exercise(missing: str) -> Text:
    r"""The file has no question, or does not say of which type it is, so it is no exercise of R/exams.

    An exercise has a section `Question`, and `extype:` and `exsolution:` under `Meta-information`; in LaTeX an
    environment `question` and the commands `\extype` and `\exsolution`. Other documents in R Markdown have not.
    """
    return Text(f"this is no exercise of R/exams: it has no {missing}", "give a file with a question and its extype")


@rule("R803", Severity.ERROR)
def solution_unreadable(solution: str, wanted: str) -> Text:
    """`exsolution` does not fit the type of the exercise, so its key is open.

    `schoice` and `mchoice` have one 0 or 1 for each answer (`0100`), `num` a number, `cloze` one solution for each
    part, separated by `|`.
    """
    return Text(f"the solution '{solution[:60]}' is not {wanted}", "correct exsolution")


@rule("R804", Severity.WARNING)
def latex_unknown(names: tuple[str, ...]) -> Text:
    r"""The text uses LaTeX that stemkey does not translate; its words are kept, its form is lost.

    Paragraphs, emphasis, code, lists, tables, images and math are translated. Example: of `\textsc{Moodle}`, the
    word Moodle is left.
    """
    return Text(f"LaTeX not translated: {', '.join(names[:8])}", "check the text, or write it in R Markdown")


@rule("R805", Severity.ERROR)
def type_unknown(kind: str) -> Text:
    """The exercise is of a type that R/exams does not have, so it cannot be told how it is answered.

    The types are `num`, `schoice`, `mchoice`, `string` and `cloze`; the parts of a cloze also `essay` and `file`.
    """
    return Text(f"there is no exercise type '{kind[:40]}'", "write num, schoice, mchoice, string or cloze")


@rule("R806", Severity.WARNING)
def answers_sampled(shown: int, count: int) -> Text:
    """`exshuffle` with a number shows a random selection of the answers, a new one for each version.

    An LMS shuffles, but shows them all: every answer is kept, and their order is shuffled.
    """
    return Text(
        f"R/exams shows {shown} of the {count} answers; all of them are kept", "remove answers to fix the choice"
    )


@rule("R807", Severity.WARNING)
def number_of_meta_unreadable(name: str, value: str) -> Text:
    """A number of the meta-information cannot be read, so its default is used.

    `expoints` is 1 where it is not said, `extol` is 0. A cloze may have one for each part, separated by `|`.
    """
    return Text(f"{name} '{value[:40]}' is no number; its default is used", f"write a number for {name}")
