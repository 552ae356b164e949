"""QTI 1.2: Canvas Classic Quizzes and relatives."""
