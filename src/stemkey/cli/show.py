"""What the terminal shows: findings, refusals, and nothing that the input could turn against the terminal."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

import typer

if TYPE_CHECKING:
    from stemkey.diagnostics import Diagnostic


def refuse(message: str) -> typer.Exit:
    """Say on standard error why nothing can be done; return the exit with status 2 to raise."""
    print(f"error: {message}", file=sys.stderr)
    return typer.Exit(2)


def show_findings(
    diagnostics: "Sequence[Diagnostic]",
    *,
    style: str = "text",
    stream: TextIO | None = None,
    notes: bool = True,
    see_all: str = "stemkey check --json",
) -> None:
    """Print findings with the lines of the files that they point at; without `notes` those are only counted."""
    from stemkey.diagnostics import Severity

    stream = stream or sys.stderr
    hidden = 0
    if not notes:
        worth = [found for found in diagnostics if found.severity is not Severity.INFO]
        hidden, diagnostics = len(diagnostics) - len(worth), worth
    if diagnostics:
        _print_findings(diagnostics, style, stream, see_all)
    if hidden:
        print(f"{count_of(hidden, 'note')} more with --verbose", file=stream)


def _print_findings(diagnostics: "Sequence[Diagnostic]", style: str, stream: TextIO, see_all: str) -> None:
    from stemkey.diagnostics.render import render_github, render_text

    if style == "github":
        text = render_github(diagnostics)
    else:
        text = render_text(diagnostics, _texts(diagnostics), colour=_wants_colour(stream), see_all=see_all)
    print(text.rstrip("\n"), file=stream)


def count_of(number: int, noun: str) -> str:
    """Return `1 question`, `2 questions`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def summary_line(diagnostics: "Sequence[Diagnostic]") -> str:
    """Return `2 errors, 1 warning`, or `no findings`."""
    from stemkey.diagnostics import Severity

    parts = []
    for severity in sorted(Severity, reverse=True):
        count = sum(1 for found in diagnostics if found.severity is severity)
        if count and severity is not Severity.INFO:
            parts.append(count_of(count, severity.word))
    return ", ".join(parts) or "no findings"


def _texts(diagnostics: "Sequence[Diagnostic]") -> Mapping[str, str]:
    """Read again the files that findings point into, as far as they are text: a finding is rare, a file is small."""
    from stemkey.diagnostics import Diagnostics, Span
    from stemkey.files import decode_text, open_source

    texts = {}
    for name in {found.place.source for found in diagnostics if isinstance(found.place, Span)}:
        try:
            text = decode_text(open_source(name), Diagnostics())
        except OSError:
            continue
        if text is not None:
            texts[name] = text
    return texts


def _wants_colour(stream: TextIO) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
