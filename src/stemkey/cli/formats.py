"""`stemkey formats`."""

from typing import Annotated, Any

import typer


def formats(
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables as JSON.")] = False,
) -> None:
    """List quiz formats, sheet sources, report outputs and gradebooks, and what shows that each works.

    Example: stemkey formats --json
    """
    tables = _tables()
    if as_json:
        import json

        print(json.dumps(tables, ensure_ascii=False, indent=2))
        return
    for title, rows in tables.items():
        print(title.replace("_", " ").capitalize())
        _show_table(rows)
        print()


def _tables() -> dict[str, list[dict[str, Any]]]:
    from stemkey.formats import FORMATS
    from stemkey.gradebooks import GRADEBOOKS
    from stemkey.options import describe_options
    from stemkey.reports import REPORT_FORMATS
    from stemkey.sheets import SOURCES

    return {
        "quiz_formats": [
            {
                "name": row.name,
                "title": row.title,
                "read": "yes" if row.reads else "no",
                "write": "yes" if row.writes else "no",
                "files": " ".join(row.extensions),
                "options": " ".join(f"{name}={kind}" for name, kind, _ in describe_options(row.options_type)),
                "evidence": row.evidence,
            }
            for row in FORMATS
        ],
        "sheet_sources": [{"name": row.name, "title": row.title, "evidence": row.evidence} for row in SOURCES],
        "report_outputs": [
            {"name": row.name, "title": row.title, "files": " ".join(row.files)} for row in REPORT_FORMATS
        ],
        "gradebooks": [
            {
                "name": row.name,
                "title": row.title,
                "file": f"gradebook-{row.name}{row.suffix}",
                "evidence": row.evidence,
            }
            for row in GRADEBOOKS
        ],
    }


def _show_table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = list(rows[0])
    widths = {column: max(len(column), *(len(str(row[column])) for row in rows)) for column in columns}
    print("  " + "  ".join(f"{column:<{widths[column]}}" for column in columns).rstrip())
    for row in rows:
        print("  " + "  ".join(f"{row[column]!s:<{widths[column]}}" for column in columns).rstrip())
