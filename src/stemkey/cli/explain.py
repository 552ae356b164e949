"""`stemkey explain`."""

from typing import Annotated

import typer

from stemkey.cli.show import refuse


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A finding's code or name, as printed: R101.")],
) -> None:
    """Say what a finding means, why it matters and what to do.

    Example: stemkey explain R101
    """
    from stemkey.diagnostics.catalogue import explain as explain_code

    try:
        print(explain_code(code))
    except ValueError as error:
        raise refuse(str(error)) from None
