r"""The LaTeX of exercises as `Content`: paragraphs, emphasis, code, lists, tables, images, math.

Math is kept as it is, between `\(` and `\)`. Commands without a translation are named, and what they hold is kept.
"""

import re
import unicodedata
from html import escape

from stemkey.model import Content
from stemkey.richtext.sanitise import sanitise

# Lengths are bounded, so that a text of nothing but openings is not searched to its end for each of them.
_TOKEN = re.compile(
    r"""
    (?P<comment>(?<!\\)%[^\n]*(?:\n(?![ \t]*\n))?)
    |\$\$(?P<display>.{1,1000}?)\$\$ |\\\[(?P<bracket>(?:[^\\]|\\[^\[\]])++)\\\]
    |\$(?P<math>(?:[^$\\]|\\.){1,1000})\$ |\\\((?P<paren>(?:[^\\]|\\[^()])++)\\\)
    |\\begin\{(?P<formula>equation|align|eqnarray|gather|multline|displaymath)(?P<star>\*?)\}(?P<tex>.{0,2000}?)
        \\end\{(?P=formula)(?P=star)\}
    |\\begin\{(?P<code>verbatim|Verbatim|Sinput|Soutput|lstlisting|Schunk)\}\n?(?P<source>.{0,2000}?)\\end\{(?P=code)\}
    |\\verb(?P<bar>[^A-Za-z\s*])(?P<verb>[^\n]{0,500}?)(?P=bar)
    |\\begin\{(?P<begin>[A-Za-z]+\*?)\} |\\end\{(?P<end>[A-Za-z]+\*?)\}
    |(?P<paragraph>\n[ \t]*\n\s*)
    |(?P<break>\\\\(?:\[[^\]]*\])?|\\newline\b)
    |\\(?P<accent>["'`^~=.])\s*\{?(?P<letter>[A-Za-z]|\\[ij]\b)\}?
    |\\(?P<symbol>[%&$#_{}\ ,;:!/@-])
    |\\(?P<command>[A-Za-z]+)\*?[ \t]*(?P<options>(?:\[[^\]]*\])*)(?P<opens>\{?)
    |(?P<open>\{) |(?P<close>\})
    |(?P<tie>~) |(?P<quotes>``|'') |(?P<dashes>---?) |(?P<column>&)
    |(?P<text>[^\\$%{}~`'&\n-]+|.|\n)
    """,
    re.VERBOSE | re.DOTALL,
)
_WRAP = {
    "emph": "em", "textit": "em", "it": "em", "em": "em", "textbf": "strong", "bf": "strong", "bfseries": "strong",
    "texttt": "code", "tt": "code", "code": "code", "Sexpr": "code", "underline": "u", "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip
_SILENT = frozenset(
    [
        "noindent",
        "centering",
        "bigskip",
        "medskip",
        "smallskip",
        "par",
        "hline",
        "toprule",
        "midrule",
        "bottomrule",
        "hfill",
        "vspace",
        "hspace",
        "small",
        "large",
        "footnotesize",
        "normalsize",
        "scriptsize",
        "newpage",
        "pagebreak",
        "displaystyle",
        "setkeys",
        "relax",
        "null",
        "quad",
        "qquad",
        "mbox",
        "text",
        "textrm",
        "textsf",
        "textnormal",
        "proglang",
        "pkg",
        "itshape",
        "raggedright",
        "label",
    ]
)
_WORDS = {"ldots": "…", "dots": "…", "textbackslash": "\\", "textasciitilde": "~", "ss": "ß", "o": "ø", "O": "Ø",
          "ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "LaTeX": "LaTeX", "TeX": "TeX", "textdollar": "$", "euro": "€",
          "textless": "<", "textgreater": ">", "textbar": "|", "i": "ı", "S": "§", "copyright": "©"}  # fmt: skip
_EMPTY = re.compile(r"<p>\s*</p>|<tr><td>\s*</td></tr>(?=</tbody>)")
_LISTS = {"itemize": "ul", "enumerate": "ol", "description": "ul"}
_ACCENTS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307"}
_DROPPED_ARGUMENTS = frozenset({"vspace", "hspace", "label", "setkeys"})


def read_latex(text: str, unknown: list[str]) -> Content:
    """Return LaTeX as block content; commands that are not translated are added to `unknown`."""
    return sanitise(_Translation(text, unknown).html())[0]


def read_latex_line(text: str, unknown: list[str]) -> Content:
    """Return LaTeX as inline content where it is one paragraph."""
    content = read_latex(text, unknown)
    bare = content.removeprefix("<p>").removesuffix("</p>")
    return Content(bare) if "<p>" not in bare and content.startswith("<p>") else content


class _Translation:
    """One text on its way to HTML."""

    def __init__(self, text: str, unknown: list[str]) -> None:
        self._text, self._unknown = text, unknown
        self._out: list[str] = ["<p>"]
        self._closers: list[str] = []
        self._environments: list[str] = []

    def html(self) -> str:
        position = 0
        while match := _TOKEN.match(self._text, position):
            position = match.end()
            position = self._take(match, position)
        self._out += reversed(self._closers)
        return _EMPTY.sub("", "".join(self._out) + "</p>")

    def _take(self, match: re.Match[str], position: int) -> int:
        tex = match["display"] or match["bracket"]
        if tex:
            self._block(f"<p>\\[{escape(tex.strip(), quote=False)}\\]</p>")
        elif match["math"] or match["paren"]:
            self._out.append(f"\\({escape((match['math'] or match['paren']).strip(), quote=False)}\\)")
        elif match["formula"]:
            self._block(f"<p>\\[{escape(_environment(match), quote=False)}\\]</p>")
        elif match["code"]:
            self._block(f"<pre><code>{escape(match['source'], quote=False)}</code></pre>")
        elif match["verb"] is not None:
            self._out.append(f"<code>{escape(match['verb'], quote=False)}</code>")
        elif match["begin"]:
            return self._begin(match["begin"], position)
        elif match["end"]:
            self._end(match["end"])
        elif match["command"]:
            return self._command(match, position)
        elif match["open"]:
            self._closers.append("")
        elif match["close"]:
            self._out.append(self._closers.pop() if self._closers else "")
        elif match["letter"]:
            letter = match["letter"].lstrip("\\")
            self._out.append(unicodedata.normalize("NFC", letter + _ACCENTS[match["accent"]]))
        else:
            self._out.append(self._plain(match))
        return position

    def _plain(self, match: re.Match[str]) -> str:
        if match["comment"]:
            return ""
        if match["paragraph"]:
            return " " if self._environments else "</p>\n<p>"
        if match["break"]:
            return "</td></tr><tr><td>" if "tabular" in self._environments else "<br>"
        if match["column"]:
            return "</td><td>" if "tabular" in self._environments else "&amp;"
        if symbol := match["symbol"]:
            return {"&": "&amp;", ",": "\u2009", ";": " ", ":": " ", "!": "", "/": "", "@": "", "-": ""}.get(
                symbol, symbol
            )
        if match["tie"]:
            return "\u00a0"
        if quotes := match["quotes"]:
            return "“" if quotes == "``" else "”"
        if dashes := match["dashes"]:
            return {"---": "—", "--": "–"}.get(dashes, dashes)
        return escape(match["text"] or match[0], quote=False)

    def _command(self, match: re.Match[str], position: int) -> int:
        name, opens = match["command"], bool(match["opens"])
        if name == "item":
            self._out.append("<li>" if self._out[-1] in ("<ul>", "<ol>") else "</li><li>")
            return position - opens
        if name in ("includegraphics", "url", "href"):
            return self._reference(name, position) if opens else position
        if name in _WORDS:
            self._out.append(escape(_WORDS[name], quote=False))
            return position - opens
        if name in _DROPPED_ARGUMENTS and opens:
            return self._text.find("}", position) + 1 or position
        if name in _WRAP:
            tag = _WRAP[name]
            self._out.append(f"<{tag}>")
            if opens:
                self._closers.append(f"</{tag}>")
            elif self._closers:  # {\bf word}: until the group ends
                self._closers[-1] = f"</{tag}>" + self._closers[-1]
            else:
                self._closers.append(f"</{tag}>")
            return position
        if name not in _SILENT:
            self._unknown.append(f"\\{name}")
        if opens:
            self._closers.append("")
        return position

    def _reference(self, name: str, position: int) -> int:
        end = self._text.find("}", position)
        if end < 0:
            return position
        target = escape(self._text[position:end])
        if name == "includegraphics":
            self._out.append(f'<img src="{target}" alt="">')
        elif name == "url":
            self._out.append(f'<a href="{target}">{target}</a>')
        else:
            self._out.append(f'<a href="{target}">')
            if self._text[end + 1 : end + 2] == "{":
                self._closers.append("</a>")
                return end + 2
        return end + 1

    def _begin(self, name: str, position: int) -> int:
        if name in _LISTS:
            self._environments.append(name)
            self._out += ["</p>", f"<{_LISTS[name]}>"]
        elif name.startswith("tabular"):
            self._environments.append("tabular")
            self._out.append("</p><table><tbody><tr><td>")
            columns = re.compile(r"\s*(?:\{[^{}]*\}){1,2}").match(self._text, position)
            return columns.end() if columns else position
        elif name not in ("center", "quote", "flushleft", "figure", "table"):
            self._unknown.append(f"\\begin{{{name}}}")
        return position

    def _end(self, name: str) -> None:
        if name in _LISTS and name in self._environments:
            self._environments.remove(name)
            self._out.append(f"</li></{_LISTS[name]}><p>")
        elif name.startswith("tabular") and "tabular" in self._environments:
            self._environments.remove("tabular")
            self._out.append("</td></tr></tbody></table><p>")

    def _block(self, html: str) -> None:
        self._out.append(f"</p>\n{html}\n<p>")


def _environment(match: re.Match[str]) -> str:
    name = match["formula"]
    if name in ("equation", "displaymath"):
        return match["tex"].strip()
    full = name + match["star"]
    return f"\\begin{{{full}}}{match['tex']}\\end{{{full}}}"
