r"""Formulas in a page: TeX between `\(` and `\)` becomes MathML, which every browser draws without a script.

math-core does the work (5 microseconds a formula); it is the extra `math`. Without it, and for a command that it does
not know (`\ce`, `\SI`), the TeX stands in the page as it was written.
"""

import re
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from math_core import LatexToMathML

_PARTS = re.compile(
    r"<(?=[a-zA-Z/])(?P<code>/?(?:pre|code)\b)?[^>]*+>"
    r"|\\\((?P<inline>(?:[^\\]|\\[^()\[\]])*+)\\\)"
    r"|\\\[(?P<display>(?:[^\\]|\\[^()\[\]])*+)\\\]"
)


def with_formulas(markup: str) -> str:
    r"""Return markup with its formulas drawn; `<code>\(x\)</code>` stays code."""
    if "\\(" not in markup and "\\[" not in markup:
        return markup
    pieces: list[str] = []
    done = depth = 0
    for found in _PARTS.finditer(markup):
        pieces.append(markup[done : found.start()])
        done = found.end()
        if found["code"]:
            depth = max(0, depth + (-1 if found["code"].startswith("/") else 1))
        tex = found["inline"] if found["inline"] is not None else found["display"]
        if tex is None or depth:
            pieces.append(found[0])
        else:
            pieces.append(draw_formula(unescape(tex), display=found["display"] is not None))
    return "".join((*pieces, markup[done:]))


def can_draw() -> bool:
    """Whether the extra that draws formulas is installed."""
    return _converter() is not None


def draw_formula(tex: str, *, display: bool = False) -> str:
    """Return one formula as MathML with its TeX as annotation, or as TeX where it cannot be drawn."""
    converter = _converter()
    if converter is not None:
        try:
            drawn = converter.convert_with_local_state(tex, displaystyle=display)
        except Exception:  # noqa: BLE001 # whatever ails the formula, its TeX is shown
            return _as_tex(tex)
        # A browser knows no `menclose`, and would show the formula without its box or stroke.
        if "<menclose" not in drawn:
            return _with_visible_roots(drawn.replace("&ApplyFunction;", "\u2061"))
    return _as_tex(tex)


_TAG = re.compile(r"<(?P<closing>/?)[a-z]+[^>]*?(?P<empty>/?)>")
_INNERMOST_ROOT = re.compile(r"<mroot>((?:(?!<mroot>).)*?)</mroot>", re.DOTALL)
_ROOT = '<mo form="prefix" stretchy="true" lspace="0" rspace="0">√</mo><mrow class="root">'


def _with_visible_roots(drawn: str) -> str:
    """Return a formula whose roots are seen with every font.

    Chromium draws `msqrt` only with a font for mathematics, and without one nothing at all: the root of 2 would read 2.
    """
    while root := _INNERMOST_ROOT.search(drawn):
        base, index = _children(root[1])
        seen = f"<mmultiscripts><mrow>{_ROOT}{base}</mrow></mrow><mprescripts/><mrow></mrow>{index}</mmultiscripts>"
        drawn = drawn[: root.start()] + seen + drawn[root.end() :]
    return drawn.replace("<msqrt>", f"<mrow>{_ROOT}").replace("</msqrt>", "</mrow></mrow>")


def _children(markup: str) -> tuple[str, str]:
    """Return the first element of two and the second."""
    depth = 0
    for tag in _TAG.finditer(markup):
        if not tag["empty"]:
            depth += -1 if tag["closing"] else 1
        if depth == 0:
            return markup[: tag.end()], markup[tag.end() :]
    return markup, ""


def _as_tex(tex: str) -> str:
    return f'<code class="tex">{escape(tex)}</code>'


@cache
def _converter() -> "LatexToMathML | None":
    try:
        from math_core import LatexToMathML
    except ModuleNotFoundError:
        return None
    return LatexToMathML(annotation=True, fancy_error=False)
