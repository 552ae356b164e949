"""Quizzes as Markdown in git: LMS packages, grading, item analysis."""

__version__ = "0.1.0"
