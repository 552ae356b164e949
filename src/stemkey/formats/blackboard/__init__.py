"""Blackboard's question upload: one question a line, fields separated by tabs."""
