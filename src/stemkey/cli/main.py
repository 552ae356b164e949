"""The argument parser and the exit status; nothing else.

Each verb is a file beside this one; what it needs is imported when it runs, so that `--help` is quick.
"""

import gc
import os
import sys

import typer

from stemkey.cli.check import check
from stemkey.cli.convert import convert
from stemkey.cli.explain import explain
from stemkey.cli.export import export
from stemkey.cli.formats import formats
from stemkey.cli.grade import grade
from stemkey.cli.preview import preview

OUR_MISTAKE = 70
"""EX_SOFTWARE of sysexits.h: not one of the contract's statuses, because the input is not to blame."""

app = typer.Typer(
    name="stemkey",
    no_args_is_help=True,
    rich_markup_mode=None,  # the plain help starts in a third of the time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Quizzes as Markdown in git: Moodle and Canvas packages, grading of the response sheet, item analysis.",
    epilog="Example: stemkey export quizzes/day51-llm-serving.md",
)


def _version(value: bool) -> None:
    if value:
        from stemkey import __version__

        typer.echo(f"stemkey {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Quizzes as Markdown in git: Moodle and Canvas packages, grading of the response sheet, item analysis."""


for verb in (check, export, convert, preview, grade, formats, explain):
    app.command(
        epilog=(verb.__doc__ or "").partition("Example: ")[2]
        and f"Example: {(verb.__doc__ or '').partition('Example: ')[2].strip()}"
    )(verb)


def main() -> None:
    """Run the command line; the process ends with the contract's exit status."""
    _keep_blas_single()
    # A run makes values and ends. Looking again and again for cycles among a million of them took a third of the time.
    gc.set_threshold(200_000, 50, 1000)
    try:
        app()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            sys.exit(1)
        what = f"{error.filename}: " if error.filename else ""
        print(f"error: {what}{error.strerror or error}", file=sys.stderr)
        sys.exit(2)
    except MemoryError:
        print("error: there is not enough memory for this", file=sys.stderr)
        sys.exit(2)
    except Exception:  # noqa: BLE001 # the last net: whatever it is, it is ours to mend
        import traceback

        traceback.print_exc()
        print(
            "\nThis is a mistake of stemkey's own, not of your file's. Please report it with the lines above "
            "and, if you may, the file: see README.md, 'Help'.",
            file=sys.stderr,
        )
        sys.exit(OUR_MISTAKE)


def _keep_blas_single() -> None:
    """Counting needs no linear algebra: threads that BLAS would start only cost time."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


if __name__ == "__main__":
    main()
