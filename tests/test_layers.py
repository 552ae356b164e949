"""The layers of docs/architecture.md, enforced: what each folder of stemkey may import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "stemkey"

# What a response says decides which column answers which item, so sheets may ask the modules that read responses.
READING = ("scoring.responses", "scoring.spelling", "scoring.choice_marks", "scoring.answer_key.Status")
# folder or module -> what it may import of stemkey's, and which libraries. The column of docs/architecture.md.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "diagnostics": (set(), set()),
    "model": ({"diagnostics.span"}, set()),
    "richtext": ({"model", "diagnostics"}, {"pyromark", "nh3", "lxml"}),
    "files": ({"diagnostics"}, {"lxml"}),
    "options": (set(), set()),
    "formats": ({"model", "richtext", "diagnostics", "files", "options"}, {"lxml", "yaml"}),
    "checks": ({"model", "richtext", "diagnostics"}, set()),
    "fitting": ({"model", "richtext", "diagnostics"}, set()),
    "readback": ({"model", "diagnostics"}, set()),
    "releases": ({"model", "diagnostics", "fitting", "readback"}, set()),
    "sheets": (
        {"model", "richtext", "diagnostics", "files", *READING},
        {"numpy", "python_calamine", "lxml", "polars"},
    ),
    "scoring": ({"model", "richtext", "diagnostics", "files", "sheets.table"}, {"numpy"}),
    "analysis": ({"model", "richtext", "diagnostics", "scoring", "sheets.table"}, {"numpy"}),
    "reports": (
        {"model", "richtext", "diagnostics", "files", "scoring", "analysis"},
        {"numpy", "openpyxl", "jinja2", "markupsafe", "math_core"},
    ),
    "gradebooks": ({"model", "diagnostics", "files", "scoring"}, {"numpy"}),
    "pipeline": ({"*"}, set()),
    "grading": ({"*"}, set()),
    "cli": ({"*"}, {"typer"}),
    "__init__": ({"*"}, set()),
    "__main__": ({"*"}, set()),
}
# The one module that looks at the whole package: it imports every module that has rules.
EXCEPTIONS = {"diagnostics/catalogue.py"}


def _layer(path: Path) -> str:
    part = path.relative_to(SOURCE).parts[0]
    return part.removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def _modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    layer = _layer(path)
    assert layer in MAY_IMPORT, f"{layer} is no layer of the architecture; add it there and here"
    ours, libraries = MAY_IMPORT[layer]
    if str(path.relative_to(SOURCE)) in EXCEPTIONS:
        return
    for line, name in _imports(path):
        top = name.split(".")[0]
        where = f"{path.relative_to(SOURCE)}:{line} imports {name}"
        if top == "stemkey":
            rest = name.removeprefix("stemkey").removeprefix(".")
            allowed = (
                "*" in ours
                or rest.split(".")[0] in (layer, "__version__")
                or any(rest == known or rest.startswith(f"{known}.") for known in ours)
            )
            assert allowed, f"{where}, but {layer} may import only {sorted(ours)}"
        elif top not in sys.stdlib_module_names:
            assert top in libraries, f"{where}, but {layer} may use only {sorted(libraries)}"


def test_formats_do_not_know_each_other() -> None:
    # A dialect that stands on its parent; text2qti's text and R Markdown are Markdown with pictures beside the file.
    shared = {("gift", "moodle"), ("qti3", "qti21"), ("blackboard", "qti12")}
    shared |= {("text2qti", "markdown"), ("rexams", "markdown")}
    shared |= {("markdown", "native")}  # a question that Markdown has no words for stands in it as JSON
    for path in sorted((SOURCE / "formats").rglob("*.py")):
        parts = path.relative_to(SOURCE / "formats").parts
        if len(parts) < 2:
            continue
        for line, name in _imports(path):
            if name.startswith("stemkey.formats.") and name.split(".")[2] in {
                p.name for p in (SOURCE / "formats").iterdir() if p.is_dir()
            }:
                other = name.split(".")[2]
                assert other == parts[0] or (parts[0], other) in shared, f"{path.name}:{line}: {parts[0]} knows {other}"


def test_no_module_is_named_after_nothing() -> None:
    names = {path.stem for path in _modules()}
    assert not names & {"utils", "util", "common", "helpers", "misc", "base", "core"}


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    tops = {path.stem for path in SOURCE.iterdir() if not path.name.startswith("_")}
    assert not tops & set(sys.stdlib_module_names)
