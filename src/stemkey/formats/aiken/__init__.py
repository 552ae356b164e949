"""Aiken, the plainest of Moodle's formats."""
