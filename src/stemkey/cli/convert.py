"""`stemkey convert`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from stemkey.cli.show import count_of, refuse, show_findings


def convert(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="A quiz in any readable format; '-' reads standard input.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="Format to write.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Format of the input; else detected.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="PATH", help="File to write; '-' writes standard output.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("-O", metavar="NAME=VALUE", help="Option of the written format.")
    ] = None,
    read_option: Annotated[
        list[str] | None, typer.Option("--read-option", metavar="NAME=VALUE", help="Option of the format read.")
    ] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Leave broken questions out and name them.")] = False,
) -> None:
    """Turn a quiz from any readable format into any writable one; every loss is a warning with its place.

    Exit status: 0 written and verified, 1 the quiz has errors (nothing written unless --keep-going), 2 not readable.

    Example: stemkey convert exports/day51-llm-serving.moodle.xml --to canvas -o day51.zip
    """
    from stemkey.diagnostics import Diagnostics
    from stemkey.files import file_stem, open_source, save
    from stemkey.formats import find_format
    from stemkey.pipeline import broken_items, leave_out, read_source, write_quiz

    try:
        row = find_format(to)
        _ = row.writer
        path = Path(output) if output not in (None, "-") else None
        if output is None:
            path = Path(f"{file_stem(source)}{row.extensions[0]}")
        _refuse_overwriting(source, path)
        outcome = read_source(open_source(source), format=from_, options=read_option or [])
        found = Diagnostics(outcome.diagnostics)
        quiz = outcome.value.quiz
        if not any(True for _ in quiz.items):
            show_findings(found.freeze())
            raise typer.Exit(2)
        if found.has_errors and keep_going:
            quiz = leave_out(quiz, broken_items(found.freeze()), found)
        show_findings(found.freeze())
        if found.has_errors and not keep_going:
            print(
                f"{source}: nothing written, because of the errors above; mend them, or use --keep-going",
                file=sys.stderr,
            )
            raise typer.Exit(1)
        written = write_quiz(quiz, format=to, options=option or [], keep_going=keep_going)
    except ValueError as error:
        raise refuse(str(error)) from None
    show_findings(written.diagnostics)
    if written.value.data is None:
        print(f"{source}: nothing written, because of the errors above", file=sys.stderr)
        raise typer.Exit(1)
    if path is None:
        sys.stdout.buffer.write(written.value.data)
    else:
        save(path, written.value.data)
        print(f"{path}: {count_of(written.value.items, 'question')} as {row.title}", file=sys.stderr)
    raise typer.Exit(1 if found.has_errors or written.has_errors else 0)


def _refuse_overwriting(source: str, path: Path | None) -> None:
    if path is not None and source != "-" and path.resolve() == Path(source).resolve():
        raise ValueError(f"'{path}' is the input; choose another name with -o")
