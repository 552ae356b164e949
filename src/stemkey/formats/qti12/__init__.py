"""QTI 1.2: what Canvas's Classic Quizzes import and export, and what other tools call QTI 1.2."""
