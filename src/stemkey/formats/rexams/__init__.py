"""Exercises of R/exams: R Markdown (Rmd) and R LaTeX (Rnw)."""
