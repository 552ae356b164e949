"""What survives where: the manual's page of formats, made from what each row of the table carries.

python -m stemkey.formats.matrix > docs/formats.md
"""

from collections.abc import Callable

from stemkey.formats import FORMATS, Format
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

_ROWS: tuple[tuple[str, Callable[[Capabilities], bool]], ...] = (
    ("one right answer", lambda carries: ChoiceInteraction in carries.interactions),
    ("several right answers", lambda carries: carries.multiple_response),
    ("dropdowns in the text", lambda carries: InlineChoiceInteraction in carries.interactions),
    ("short answers and numbers", lambda carries: TextEntryInteraction in carries.interactions),
    ("several blanks in one question", lambda carries: carries.several_interactions),
    ("matching", lambda carries: MatchInteraction in carries.interactions),
    ("ordering", lambda carries: OrderInteraction in carries.interactions),
    ("essays", lambda carries: ExtendedTextInteraction in carries.interactions),
    ("file uploads", lambda carries: UploadInteraction in carries.interactions),
    ("text without a question", lambda carries: carries.text_only),
    ("foreign questions kept", lambda carries: bool(carries.foreign)),
    ("partial credit", lambda carries: carries.partial_credit),
    ("negative credit", lambda carries: carries.negative_credit),
    ("any share of the points", lambda carries: carries.partial_credit and carries.credit_values is None),
    ("points", lambda carries: carries.points),
    ("penalty per try", lambda carries: carries.penalty),
    ("upper and lower case differ", lambda carries: carries.case_sensitive),
    ("explanation", lambda carries: carries.feedback_general),
    ("feedback for right and wrong", lambda carries: carries.feedback_by_result),
    ("feedback for partly right", lambda carries: carries.feedback_partial),
    ("feedback per answer", lambda carries: carries.feedback_per_choice),
    ("hints", lambda carries: carries.hints),
    ("titles of questions", lambda carries: carries.item_titles),
    ("identifiers of questions", lambda carries: carries.item_identifiers),
    ("tags", lambda carries: carries.tags),
    ("categories", lambda carries: carries.categories),
    ("shuffling per question", lambda carries: carries.shuffle_per_item),
    ("title of the quiz", lambda carries: carries.quiz_title),
    ("instructions", lambda carries: carries.instructions),
    ("time limit, attempts, shuffling", lambda carries: carries.settings),
    ("groups that draw n of m", lambda carries: carries.sections),
    ("question banks", lambda carries: carries.banks),
    ("markup in stems", lambda carries: carries.markup),
    ("markup in answers", lambda carries: carries.choice_markup),
    ("math", lambda carries: carries.math),
    ("images", lambda carries: carries.images),
)


def formats_page() -> str:
    """Return `docs/formats.md`."""
    lines = [
        "# Formats",
        "",
        "Made from the program's own table (`python -m stemkey.formats.matrix > docs/formats.md`).",
        "What a format does not carry is said, question by question, when a quiz is written to it.",
        "",
        "| format | read | write | files | what shows that it works |",
        "|---|---|---|---|---|",
    ]
    lines += [_format_line(row) for row in FORMATS]
    lines += ["", "## What survives where", "", f"| | {' | '.join(_link(row) for row in FORMATS)} |"]
    lines.append("|---|" + ":-:|" * len(FORMATS))
    lines += [
        f"| {title} | {' | '.join('yes' if has(row.capabilities) else '–' for row in FORMATS)} |"
        for title, has in _ROWS
    ]
    lines += ["", "## Options", ""]
    lines += [f"- `{row.name}`: {_options(row)}" for row in FORMATS if _options(row)]
    return "\n".join(lines).rstrip() + "\n"


def _link(row: Format) -> str:
    page = "markdown.md" if row.name == "markdown" else f"formats/{row.name}.md"
    return f"[{row.name}]({page})"


def _format_line(row: Format) -> str:
    reads, writes = ("yes" if row.reads else "no"), ("yes" if row.writes else "no")
    files = ", ".join(f"`{extension}`" for extension in row.extensions)
    return f"| {_link(row)}: {row.title} | {reads} | {writes} | {files} | {row.evidence} |"


def _options(row: Format) -> str:
    from stemkey.options import describe_options

    return ", ".join(f"`-O {name}={kind}`" for name, kind, _ in describe_options(row.options_type))


if __name__ == "__main__":
    import sys

    sys.stdout.write(formats_page())
