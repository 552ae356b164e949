"""Findings and their places. Imports nothing of stemkey's."""

from stemkey.diagnostics.diagnostic import (
    RULES,
    Diagnostic,
    Diagnostics,
    Outcome,
    QuizError,
    Rule,
    Severity,
    Text,
    rule,
)
from stemkey.diagnostics.span import CellSpan, Place, Span, column_letters

__all__ = [
    "RULES",
    "CellSpan",
    "Diagnostic",
    "Diagnostics",
    "Outcome",
    "Place",
    "QuizError",
    "Rule",
    "Severity",
    "Span",
    "Text",
    "column_letters",
    "rule",
]
