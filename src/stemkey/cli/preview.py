"""`stemkey preview`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from stemkey.cli.show import count_of, refuse, show_findings


def preview(
    quiz: Annotated[
        str, typer.Argument(metavar="QUIZ", help="A quiz in any readable format; '-' reads standard input.")
    ],
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Page to write; '-' writes standard output.")
    ] = None,
    with_key: Annotated[bool, typer.Option("--key", help="Show the key and the feedback too.")] = False,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Format of the quiz; else detected.")
    ] = None,
) -> None:
    """Write one page with the quiz as a candidate sees it, to look at and to print; with --key for the author.

    A question with errors is shown as far as it could be read. Exit status: 0 written, 1 written although the quiz
    has errors, 2 not readable.

    Example: stemkey preview quizzes/day51-llm-serving.md -o day51.html
    """
    from stemkey.files import file_stem, open_source, save
    from stemkey.pipeline import read_source
    from stemkey.reports.preview import preview_html

    path = None if output == "-" else Path(output or f"{file_stem(quiz)}.html")
    if path is not None and quiz != "-" and path.resolve() == Path(quiz).resolve():
        raise refuse(f"'{path}' is the input; choose another name with -o")
    try:
        outcome = read_source(open_source(quiz), format=from_)
    except ValueError as error:
        raise refuse(str(error)) from None
    show_findings(outcome.diagnostics, notes=False)
    items = list(outcome.value.quiz.items)
    if not items:
        raise typer.Exit(2)
    page = preview_html(outcome.value.quiz, with_key=with_key)
    if path is None:
        sys.stdout.buffer.write(page)
    else:
        save(path, page)
        print(f"{path}: {count_of(len(items), 'question')}", file=sys.stderr)
    raise typer.Exit(1 if outcome.has_errors else 0)
