"""`stemkey check`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stemkey.cli.show import count_of, refuse, show_findings, summary_line

if TYPE_CHECKING:
    from stemkey.diagnostics import Diagnostic, Severity


class OutputStyle(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class FailOn(StrEnum):
    """The severity that makes the exit status 1."""

    ERROR = "error"
    WARNING = "warning"


def check(
    quizzes: Annotated[
        list[str],
        typer.Argument(metavar="QUIZ...", help="Quiz files; '-' reads standard input; a folder with --summary."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    style: Annotated[OutputStyle, typer.Option("--format", help="How to print the findings.")] = OutputStyle.TEXT,
    fail_on: Annotated[FailOn, typer.Option(help="Lowest severity that makes the exit status 1.")] = FailOn.ERROR,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="Format of the files; else detected.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option(metavar="FORMAT", help="Report also what this target would lose.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option("-O", metavar="NAME=VALUE", help="Option of the format.")] = None,
    summary: Annotated[
        bool,
        typer.Option(
            "--summary", help="A table of files: questions, with key, open (graded by people), types, findings."
        ),
    ] = False,
) -> None:
    """Read quizzes and print every finding with its place and what to do.

    Exit status: 0 nothing at or above --fail-on, 1 something, 2 a file that cannot be read or holds no question.

    Example: stemkey check quizzes/day51-llm-serving.md --to moodle --to canvas
    """
    if as_json:
        style = OutputStyle.JSON
    names = _expand(quizzes) if summary else quizzes
    reports = [_check_one(name, from_, to or [], option or []) for name in names]
    if summary:
        _show_summary(reports, as_json=style is OutputStyle.JSON)
    elif style is OutputStyle.JSON:
        import json

        from stemkey.diagnostics.render import to_json

        files = [{**report, "diagnostics": [to_json(found) for found in report["diagnostics"]]} for report in reports]
        for file in files:
            del file["unreadable"]
        print(json.dumps({"files": files}, ensure_ascii=False, indent=2))
    else:
        for report in reports:
            show_findings(report["diagnostics"], style=style.value, stream=sys.stdout)
            if style is OutputStyle.TEXT:
                print(
                    f"{report['source']}: {count_of(len(report['items']), 'question')}, {summary_line(report['diagnostics'])}"
                )
    raise typer.Exit(_status(reports, fail_on))


def _check_one(name: str, format_name: str | None, targets: list[str], options: list[str]) -> dict[str, Any]:
    from stemkey.diagnostics import Diagnostics
    from stemkey.files import open_source
    from stemkey.fitting import fit
    from stemkey.formats import find_format
    from stemkey.pipeline import read_source

    try:
        outcome = read_source(open_source(name), format=format_name, options=options)
        found = Diagnostics(outcome.diagnostics)
        for target in targets:
            row = find_format(target)
            row.limit(fit(outcome.value.quiz, row.capabilities, row.title, found), row.options_type(), found)
    except ValueError as error:
        raise refuse(str(error)) from None
    items = list(outcome.value.quiz.items)
    return {
        "source": name,
        "format": outcome.value.format.name,
        "items": [
            {
                "number": item.number,
                "identifier": item.identifier,
                "types": [_kind(interaction) for interaction in item.interactions],
                "keyed": is_keyed(item),
                "open": is_open(item),
                "line": item.span.line if item.span else None,
            }
            for item in items
        ],
        "diagnostics": list(found),
        "unreadable": not items,
    }


def _kind(interaction: object) -> str:
    from stemkey.model import Cardinality, ChoiceInteraction, ForeignInteraction

    if isinstance(interaction, ChoiceInteraction):
        return "multiple-choice" if interaction.cardinality is Cardinality.SINGLE else "multiple-response"
    if isinstance(interaction, ForeignInteraction):
        return f"foreign:{interaction.kind}"
    name = type(interaction).__name__.removesuffix("Interaction")
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def is_open(item: object) -> bool:
    """Whether an item has nothing that a key could grade: people grade it, or it only informs."""
    from stemkey.model import ExtendedTextInteraction, Item, UploadInteraction

    assert isinstance(item, Item)
    return all(isinstance(answer, ExtendedTextInteraction | UploadInteraction) for answer in item.interactions)


def is_keyed(item: object) -> bool:
    """Whether an item can be graded or needs no key: every interaction with a key has one."""
    from stemkey.model import ChoiceInteraction, InlineChoiceInteraction, Item, TextEntryInteraction

    assert isinstance(item, Item)
    for interaction in item.interactions:
        match interaction:
            case ChoiceInteraction():
                if not interaction.keys and not any(choice.credit > 0 for choice in interaction.choices):
                    return False
            case InlineChoiceInteraction():
                if not any(choice.credit > 0 for choice in interaction.choices):
                    return False
            case TextEntryInteraction():
                if not interaction.accepted:
                    return False
            case _:
                continue
    return True


def _expand(names: list[str]) -> list[str]:
    files: list[str] = []
    for name in names:
        path = Path(name)
        files += sorted(str(file) for file in path.rglob("*.md")) if path.is_dir() else [name]
    return files


def _show_summary(reports: list[dict[str, Any]], *, as_json: bool) -> None:
    import json

    from stemkey.diagnostics import Severity

    rows = [
        {
            "file": report["source"],
            "questions": len(report["items"]),
            "with_key": sum(1 for item in report["items"] if item["keyed"] and not item["open"]),
            "open": sum(1 for item in report["items"] if item["open"]),
            "types": sorted({kind for item in report["items"] for kind in item["types"]}),
            "errors": _severities(report["diagnostics"], Severity.ERROR),
            "warnings": _severities(report["diagnostics"], Severity.WARNING),
        }
        for report in reports
    ]
    if as_json:
        print(json.dumps({"files": rows}, ensure_ascii=False, indent=2))
        return
    width = max((len(str(row["file"])) for row in rows), default=4)
    print(f"{'file':<{width}}  {'questions':>9}  {'with key':>8}  {'open':>4}  {'errors':>6}  {'warnings':>8}  types")
    for row in rows:
        types = ", ".join(row["types"])
        print(
            f"{row['file']:<{width}}  {row['questions']:>9}  {row['with_key']:>8}  {row['open']:>4}  {row['errors']:>6}  {row['warnings']:>8}  {types}"
        )


def _severities(diagnostics: "list[Diagnostic]", severity: "Severity") -> int:
    return sum(1 for found in diagnostics if found.severity is severity)


def _status(reports: list[dict[str, Any]], fail_on: FailOn) -> int:
    from stemkey.diagnostics import Severity

    if any(report["unreadable"] for report in reports):
        return 2
    limit = Severity.ERROR if fail_on is FailOn.ERROR else Severity.WARNING
    return int(any(found.severity >= limit for report in reports for found in report["diagnostics"]))
