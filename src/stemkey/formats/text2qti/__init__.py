"""The text format of text2qti."""
