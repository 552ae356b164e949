"""QTI 3.0: the same model as QTI 2.x in kebab-case; shares its reader and writer."""
