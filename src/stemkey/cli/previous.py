"""An earlier release of a quiz: a file, or what git has of the quiz's own file at a revision."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stemkey.model import Quiz


def read_previous(name: str, since: str, format_name: str | None) -> "Quiz":
    """Return the quiz as it was: `since` is a file in any readable format, else a git revision of the quiz's file.

    Raises `ValueError` where it is neither, or holds no question.
    """
    from stemkey.files import Source, open_source
    from stemkey.pipeline import read_source

    if Path(since).is_file():
        source = open_source(since)
        outcome = read_source(source)
    else:
        # The name is the quiz's own: identifiers come from it where the front matter has none.
        source = Source(name, _at_revision(Path(name), since), Path(name).parent)
        outcome = read_source(source, format=format_name)
    if not any(True for _ in outcome.value.quiz.items):
        raise ValueError(f"--since {since!r} holds no question, so what changed cannot be told")
    return outcome.value.quiz


def _at_revision(path: Path, revision: str) -> bytes:
    if revision.startswith("-"):
        raise ValueError(f"--since {revision!r} is neither a file nor a git revision")
    command = ["git", "-C", str(path.parent), "show", f"{revision}:./{path.name}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 # no shell; a revision never begins with '-'
    except FileNotFoundError:
        raise ValueError(f"--since {revision!r} is no file, and there is no git to look for a revision") from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        raise ValueError(f"--since {revision!r} is neither a file nor a revision of '{path}' in git: {reason}")
    return done.stdout
