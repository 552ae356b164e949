"""Doubts about a quiz's content."""
