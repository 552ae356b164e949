"""The catalogue of findings: every rule of the package, explained. For `stemkey explain`, the manual and tests.

`python -m stemkey.diagnostics.catalogue > docs/findings.md` refreshes the manual's page.
"""

import pkgutil
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from inspect import cleandoc

from stemkey.diagnostics.diagnostic import RULES, Rule

STAGES: Mapping[str, str] = {
    "R": "Reading a quiz",
    "Q": "Doubts about a quiz's content",
    "W": "Losses and checks when writing",
    "S": "Reading a response sheet",
    "G": "Grading",
    "A": "Analysis",
    "P": "Reports and output files",
}
"""What the letter of a code stands for, in the order in which the product is used."""


class UnknownRuleError(ValueError):
    """No finding of that code or name: says which one may have been meant."""

    def __init__(self, text: str, rules: Mapping[str, Rule]) -> None:
        names = {known: known for known in rules} | {entry.name: code for code, entry in rules.items()}
        close = get_close_matches(text.upper(), list(rules), n=1) or get_close_matches(text.lower(), names, n=1)
        if close:
            found = rules[names[close[0]]]
            hint = f"did you mean {found.code} ({found.name})?"
        else:
            hint = "codes are a letter and three digits, like R101; docs/findings.md lists them all"
        super().__init__(f"there is no finding {text!r}; {hint}")


def load_rules() -> Mapping[str, Rule]:
    """Import every module of the package that has rules, and return the rules by code."""
    import stemkey

    for module in pkgutil.walk_packages(stemkey.__path__, f"{stemkey.__name__}.", onerror=_import_again):
        if module.name not in sys.modules and _has_rules(module.name):
            import_module(module.name)
    return {code: RULES[code] for code in sorted(RULES, key=_order)}


def find_rule(text: str) -> Rule:
    """Return the rule of a code or a name, in any letter case; raise `UnknownRuleError` with a suggestion."""
    rules = load_rules()
    wanted = text.strip()
    for entry in rules.values():
        if wanted.upper() == entry.code or wanted.lower().replace("_", "-") == entry.name:
            return entry
    raise UnknownRuleError(wanted, rules)


def explain(text: str) -> str:
    """Return what the finding of a code or name means, why it matters and what to do."""
    entry = find_rule(text)
    return f"{entry.code} {entry.name} ({entry.severity.word})\n\n{cleandoc(entry.explanation)}\n"


def findings_page() -> str:
    """Return the manual's page of findings, as Markdown."""
    rules = load_rules()
    parts = [_INTRODUCTION]
    for letter, stage in STAGES.items():
        entries = [entry for code, entry in rules.items() if code.startswith(letter)]
        if entries:
            parts.append(f"## {letter}: {stage}\n")
            parts.extend(_section(entry) for entry in entries)
    return "\n".join(parts)


_INTRODUCTION = """\
# Findings

Everything that stemkey has to say about a file is a finding with a code. An *error* means that something could not
be used as written, a *warning* that something is doubtful or was lost, an *info* that something is worth knowing.
`stemkey explain CODE` prints the same texts; codes never change their meaning.

This page is generated: `python -m stemkey.diagnostics.catalogue > docs/findings.md`.
"""


def _section(entry: Rule) -> str:
    return f"### {entry.code} {entry.name}\n\n*{entry.severity.word}*\n\n{cleandoc(entry.explanation)}\n"


def _order(code: str) -> tuple[int, str]:
    letters = list(STAGES)
    return (letters.index(code[0]) if code[0] in letters else len(letters), code)


def _has_rules(name: str) -> bool:
    """Look into the source: importing every module would load numpy for the sake of a sentence."""
    spec = find_spec(name)
    get_source = getattr(spec.loader, "get_source", None) if spec else None
    source = get_source(name) if get_source else None
    return source is None or "@rule(" in source


def _import_again(name: str) -> None:
    """Raise what pkgutil would swallow: a package that cannot be imported would lose its rules in silence."""
    import_module(name)


if __name__ == "__main__":
    sys.stdout.write(findings_page())
