"""`stemkey export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stemkey.cli.previous import read_previous
from stemkey.cli.show import count_of, refuse, show_findings

if TYPE_CHECKING:
    from stemkey.diagnostics import Diagnostic
    from stemkey.formats import Format
    from stemkey.model import Quiz

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
    since: Annotated[
        str | None,
        typer.Option(
            metavar="PREVIOUS",
            help="An earlier package, quiz file or git revision: only what is new or changed goes to an LMS that never updates.",
        ),
    ] = None,
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
        targets = _targets(quizzes, [(row.name, row.extensions[0]) for row in rows], out, since)
    except ValueError as error:
        raise refuse(str(error)) from None
    worst = 0
    for name in quizzes:
        worst = max(worst, _export_one(name, from_, targets[name], option or [], keep_going=keep_going, since=since))
    raise typer.Exit(worst)


def _targets(
    quizzes: list[str], formats: list[tuple[str, str]], out: Path, since: str | None
) -> dict[str, list[tuple[str, Path]]]:
    """Return what each quiz is written to; raise where two would write one file or an input would be overwritten."""
    from stemkey.files import file_stem

    owners: dict[Path, str] = {}
    targets: dict[str, list[tuple[str, Path]]] = {}
    inputs = {Path(name).resolve() for name in (*quizzes, *([since] if since else [])) if name != "-"}
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
    name: str,
    from_: str | None,
    targets: list[tuple[str, Path]],
    options: list[str],
    *,
    keep_going: bool,
    since: str | None,
) -> int:
    from stemkey.diagnostics import Diagnostics
    from stemkey.files import open_source
    from stemkey.pipeline import broken_items, leave_out, read_source

    try:
        outcome = read_source(open_source(name), format=from_)
        quiz = outcome.value.quiz
        found = Diagnostics(outcome.diagnostics)
        if not any(True for _ in quiz.items):
            show_findings(found.freeze())
            return 2
        is_broken = found.has_errors
        if is_broken and keep_going:
            quiz = leave_out(quiz, broken_items(found.freeze()), found)
        show_findings(found.freeze())
        if is_broken and not keep_going:
            print(
                f"{name}: no package, because of the errors above; mend them, or leave the questions out with --keep-going",
                file=sys.stderr,
            )
            return 1
        previous = read_previous(name, since, from_) if since is not None else None
        shown: set[Diagnostic] = set()
        statuses = [
            _write_one(name, quiz, target, _own(options, target[0], targets), shown, previous, keep_going=keep_going)
            for target in targets
        ]
    except ValueError as error:
        raise refuse(str(error)) from None
    return max(int(is_broken), *statuses)


def _write_one(
    name: str,
    quiz: "Quiz",
    target: tuple[str, Path],
    options: list[str],
    shown: "set[Diagnostic]",
    previous: "Quiz | None",
    *,
    keep_going: bool,
) -> int:
    from stemkey.files import save
    from stemkey.formats import find_format
    from stemkey.pipeline import write_quiz

    format_name, path = target
    row = find_format(format_name)
    if previous is not None:
        quiz = _changed_only(quiz, previous, row, options)
        if not any(True for _ in quiz.items):
            print(f"{path}: not written, nothing changed for {row.title}")
            return 0
    written = write_quiz(quiz, format=format_name, options=options, keep_going=keep_going)
    show_findings([finding for finding in written.diagnostics if finding not in shown])
    shown.update(written.diagnostics)
    if written.value.data is None:
        print(f"{name}: no {row.title} package, because of the errors above", file=sys.stderr)
        return 1
    save(path, written.value.data)
    print(f"{path}: {count_of(written.value.items, 'question')} for {row.title}, read back and compared")
    return int(written.has_errors)


def _changed_only(quiz: "Quiz", previous: "Quiz", row: "Format", options: list[str]) -> "Quiz":
    """Say what changed; return what must be imported: all where an import updates, else the new and the changed."""
    from stemkey.diagnostics import Diagnostics
    from stemkey.options import parse_options
    from stemkey.releases import changes_since

    chosen = parse_options(row.options_type, options, format_name=row.name)
    release = changes_since(
        previous,
        quiz,
        row.capabilities,
        row.title,
        lambda fitted: row.limit(fitted, chosen, Diagnostics()),  # its losses are told when the package is written
    )
    for line in release.summary:
        print(f"{row.title}: {line}")
    if row.updates and not release.is_empty:
        print(f'{row.title}: the whole quiz is written; import it with "Overwrite assessment content" to update')
        return quiz
    return release.quiz


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
