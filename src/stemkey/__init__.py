"""Quizzes as Markdown in git: LMS packages, grading of the response sheet, item analysis.

>>> from stemkey import read_quiz
>>> quiz = read_quiz("quizzes/day51-llm-serving.md").unwrap()
>>> len(list(quiz.items))
10
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from stemkey.diagnostics import Diagnostic, Diagnostics, Outcome, QuizError, Severity
    from stemkey.files import Source, open_source, save
    from stemkey.fitting import fit
    from stemkey.formats import FORMATS, Format, detect_format, find_format
    from stemkey.model import Choice, ChoiceInteraction, Item, Quiz, Section
    from stemkey.pipeline import read_quiz, write_quiz

# Where each public name lives; imported when first used, so that `import stemkey` costs next to nothing.
_HOMES = {
    "stemkey.diagnostics": ("Diagnostic", "Diagnostics", "Outcome", "QuizError", "Severity"),
    "stemkey.files": ("Source", "open_source", "save"),
    "stemkey.fitting": ("fit",),
    "stemkey.formats": ("FORMATS", "Format", "detect_format", "find_format"),
    "stemkey.model": ("Choice", "ChoiceInteraction", "Item", "Quiz", "Section"),
    "stemkey.pipeline": ("read_quiz", "write_quiz"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "FORMATS",
    "Choice",
    "ChoiceInteraction",
    "Diagnostic",
    "Diagnostics",
    "Format",
    "Item",
    "Outcome",
    "Quiz",
    "QuizError",
    "Section",
    "Severity",
    "Source",
    "detect_format",
    "find_format",
    "fit",
    "open_source",
    "read_quiz",
    "save",
    "write_quiz",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'stemkey' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
