"""`stemkey grade`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from stemkey.cli.show import refuse, show_findings


class ErrorsAs(StrEnum):
    """What a damaged cell counts as."""

    UNREADABLE = "unreadable"
    BLANK = "blank"


class Answers(StrEnum):
    """What single letters and numbers are."""

    LETTERS = "letters"
    TEXTS = "texts"


class Attempts(StrEnum):
    """Which attempt counts where a candidate has several."""

    BEST = "best"
    FIRST = "first"
    LAST = "last"
    AVERAGE = "average"


def grade(
    quiz: Annotated[str, typer.Argument(metavar="QUIZ", help="The quiz with its key, in any readable format.")],
    sheets: Annotated[list[str], typer.Argument(metavar="SHEET...", help="Response sheets as they were downloaded.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the reports.")] = Path("reports"),
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the sheet came from; else detected and said.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the sheet in a workbook.")] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="Encoding of a text file; else detected and said.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Column separator of a text file; else detected.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id-column", metavar="COLUMN", help="Column with the candidates' ids.")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=ITEM", help="Column that answers an item; repeatable.")
    ] = None,
    attempts: Annotated[Attempts, typer.Option(help="Which attempt counts.")] = Attempts.BEST,
    report: Annotated[str, typer.Option(metavar="LIST", help="Reports to write.")] = "csv,xlsx,html,json",
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the reports; else the quiz's.")] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave names and e-mail addresses out of every report.")
    ] = False,
    not_reached: Annotated[
        bool, typer.Option("--not-reached", help="Blanks at the end are items not reached (fixed order).")
    ] = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Items without a column were not given.")
    ] = False,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The sheet has no header; name columns by their letters.")
    ] = False,
    transposed: Annotated[
        bool, typer.Option("--transposed", help="The questions stand below each other, the candidates side by side.")
    ] = False,
    numbers_from: Annotated[
        int | None,
        typer.Option(metavar="0|1", min=0, max=1, help="What the first option is where answers are numbers."),
    ] = None,
    answers: Annotated[
        Answers | None,
        typer.Option(help="What letters and numbers are where options are themselves letters or numbers."),
    ] = None,
    errors_as: Annotated[
        ErrorsAs, typer.Option("--errors-as", help="What damaged cells count as.")
    ] = ErrorsAs.UNREADABLE,
    fixed: Annotated[
        str | None,
        typer.Option(metavar="COLUMNS", help="Columns of a scanner's file: id=1-7,name=8-27,answers=28-37."),
    ] = None,
    rules: Annotated[
        str | None, typer.Option(metavar="FILE", help="Scoring rules, decisions after the exam, grades (TOML).")
    ] = None,
    roster: Annotated[
        str | None, typer.Option(metavar="FILE", help="Table of the class: whose an id is, who was absent.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="results.json of an earlier run: nobody gets less than in it.")
    ] = None,
    manual: Annotated[
        str | None, typer.Option(metavar="FILE", help="Points that people gave: student,question,points.")
    ] = None,
    gradebook: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Gradebook file to write for an LMS; repeatable.")
    ] = None,
    fill: Annotated[
        str | None, typer.Option(metavar="FILE", help="Put the scores into a gradebook that the LMS exported.")
    ] = None,
    fill_column: Annotated[
        str | None, typer.Option("--fill-column", metavar="COLUMN", help="Its column; else the one with the title.")
    ] = None,
    score_date: Annotated[
        str | None, typer.Option("--score-date", metavar="DATE", help="Date of the scores in a gradebook: 2026-09-17.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Grade without the questions that have errors.")
    ] = False,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Format of the quiz; else detected.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print notes too, not only warnings and errors.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what results.json holds on standard output too.")
    ] = False,
) -> None:
    """Grade a class against the quiz's key, analyse the items and write the reports.

    Exit status: 0 everybody graded, 1 graded in part (each row or cell that was refused is listed), 2 nothing graded.

    Example: stemkey grade quizzes/day51-llm-serving.md quizzes/responses/day51-class.csv --out reports
    """
    from stemkey.grading import GradeOptions, grade_class
    from stemkey.sheets import SheetOptions

    try:
        options = GradeOptions(
            attempts=attempts.value,
            reports=tuple(name.strip() for name in report.split(",") if name.strip()),
            title=title,
            anonymous=anonymous,
            keep_going=keep_going,
            quiz_format=from_,
            rules=rules,
            baseline=baseline,
            manual=manual,
            roster=roster,
            gradebooks=tuple(dict.fromkeys(gradebook or [])),
            fill=fill,
            fill_column=fill_column,
            score_date=score_date,
            sheet=SheetOptions(
                source=source,
                sheet=sheet,
                encoding=encoding,
                separator=separator,
                id_column=id_column,
                map=tuple(_mapped(text) for text in map_ or []),
                not_reached=not_reached,
                allow_missing=allow_missing,
                no_header=no_header,
                transposed=transposed,
                numbers_from=numbers_from,
                answers=answers.value if answers else None,
                errors_as=errors_as.value,
                fixed=fixed,
            ),
        )
        outcome = grade_class(quiz, sheets, out, options)
    except ValueError as error:
        raise refuse(str(error)) from None
    lists_all = "problems.csv" if "csv" in options.reports else "results.json"
    show_findings(outcome.diagnostics, notes=verbose, see_all=lists_all)
    graded = outcome.value
    if graded is None:
        print("nothing was graded", file=sys.stderr)
        raise typer.Exit(2)
    for line in graded.lines:
        print(line, file=sys.stderr if as_json else sys.stdout)
    if as_json and graded.json is not None:
        sys.stdout.buffer.write(graded.json)
    raise typer.Exit(graded.status)


def _mapped(text: str) -> tuple[str, str]:
    column, separator, number = text.rpartition("=")
    if not separator or not column or not number:
        raise ValueError(f"--map {text!r} is not COLUMN=ITEM, e.g. --map 'Question five=5'")
    return column, number
