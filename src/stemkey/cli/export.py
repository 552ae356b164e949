"""`stemkey export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stemkey.cli.show import count_of, refuse, show_findings

if TYPE_CHECKING:
    from stemkey.diagnostics import Diagnostic

DEFAULT_TARGETS = ("moodle", "canvas")


def export(
    quizzes: Annotated[list[str], typer.Argument(metavar="QUIZ...", help="Quiz files; '-' reads standard input.")],
    to: Annotated[
        list[str] | None, typer.Option(metavar="FORMAT", help="Target, repeatable; none means moodle and canvas.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the packages.")] = Path("exports"),
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Format of the quizzes; else detected.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option("-O", metavar="NAME=VALUE", help="Option of the target.")] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Leave broken questions out and name them.")] = False,
) -> None:
    """Write the packages that Moodle and Canvas import, each read back and compared before it is called done.

    Exit status: 0 every package written and verified, 1 a quiz has errors (no package for it, the others are
    written), 2 nothing could be read.

    Example: stemkey export quizzes/*.md --to moodle --out exports
    """
    from stemkey.formats import find_format

    try:
        rows = [find_format(name) for name in dict.fromkeys(to or DEFAULT_TARGETS)]
        for row in rows:
            _ = row.writer
        targets = _targets(quizzes, [(row.name, row.extensions[0]) for row in rows], out)
    except ValueError as error:
        raise refuse(str(error)) from None
    worst = 0
    for name in quizzes:
        worst = max(worst, _export_one(name, from_, targets[name], option or [], keep_going=keep_going))
    raise typer.Exit(worst)


def _targets(quizzes: list[str], formats: list[tuple[str, str]], out: Path) -> dict[str, list[tuple[str, Path]]]:
    """Return what each quiz is written to; raise where two would write one file or an input would be overwritten."""
    from stemkey.files import file_stem

    owners: dict[Path, str] = {}
    targets: dict[str, list[tuple[str, Path]]] = {}
    inputs = {Path(name).resolve() for name in quizzes if name != "-"}
    for name in quizzes:
        if name in targets:
            raise ValueError(f"'{name}' is given twice")
        targets[name] = []
        for format_name, extension in formats:
            path = out / f"{file_stem(name)}{extension}"
            owner = owners.setdefault(path.resolve(), name)
            if owner != name:
                raise ValueError(
                    f"'{owner}' and '{name}' would both write '{path}'; rename one, or export them one by one with --out"
                )
            if path.resolve() in inputs:
                raise ValueError(f"'{path}' is an input and would be overwritten; choose another folder with --out")
            targets[name].append((format_name, path))
    return targets


def _export_one(
    name: str, from_: str | None, targets: list[tuple[str, Path]], options: list[str], *, keep_going: bool
) -> int:
    from stemkey.diagnostics import Diagnostics
    from stemkey.files import open_source, save
    from stemkey.pipeline import broken_items, leave_out, read_source, write_quiz

    try:
        outcome = read_source(open_source(name), format=from_)
        quiz = outcome.value.quiz
        found = Diagnostics(outcome.diagnostics)
        status = 1 if found.has_errors else 0
        if not any(True for _ in quiz.items):
            show_findings(found.freeze())
            return 2
        if found.has_errors:
            if not keep_going:
                show_findings(found.freeze())
                print(
                    f"{name}: no package, because of the errors above; mend them, or leave the questions out with --keep-going",
                    file=sys.stderr,
                )
                return status
            quiz = leave_out(quiz, broken_items(found.freeze()), found)
        show_findings(found.freeze())
        shown: set[Diagnostic] = set()
        for format_name, path in targets:
            written = write_quiz(
                quiz, format=format_name, options=_own(options, format_name, targets), keep_going=keep_going
            )
            show_findings([d for d in written.diagnostics if d not in shown])
            shown.update(written.diagnostics)
            if written.value.data is None:
                print(f"{name}: no {written.value.format.title} package, because of the errors above", file=sys.stderr)
                status = max(status, 1)
                continue
            if written.has_errors:
                status = max(status, 1)
            save(path, written.value.data)
            print(
                f"{path}: {count_of(written.value.items, 'question')} for {written.value.format.title}, read back and compared"
            )
    except ValueError as error:
        raise refuse(str(error)) from None
    return status


def _own(options: list[str], format_name: str, targets: list[tuple[str, Path]]) -> list[str]:
    """Return the options that are the target's: all where there is one target, else those whose name it knows."""
    if len(targets) == 1:
        return options
    from dataclasses import fields

    from stemkey.formats import find_format

    known = {name: {field.name for field in fields(find_format(name).options_type)} for name, _ in targets}
    own = []
    for text in options:
        option = text.partition("=")[0].strip().replace("-", "_")
        if option in known[format_name]:
            own.append(text)
        elif not any(option in names for names in known.values()):
            raise ValueError(f"no target has an option {option!r}")
    return own
