"""Quizzes as people write them."""
