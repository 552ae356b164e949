"""Content to and from text."""
