r"""text2qti's Markdown and `Content`, both ways.

text2qti reads Markdown with Python-Markdown and takes math between single dollars; stemkey reads CommonMark. What is
written here means the same to both: only escapes that both know, everything else as a character reference or as HTML.
Each text is read again before it is used, and what would not come back as it was is written as HTML.
"""

import re
from html import unescape

from stemkey.model import Content
from stemkey.richtext.from_markdown import from_markdown, from_markdown_inline
from stemkey.richtext.sanitise import sanitise

# --- reading ----------------------------------------------------------------------------------------------------

# Lengths are bounded, so that a text of nothing but openings is not searched to its end for each of them.
# text2qti's own order: a fence or code hides dollars, an escape hides one, then a formula on one or more lines.
_TOKEN = re.compile(
    r"""
    ^(?P<fence>(?P<indent>[ \t]*)(?P<ticks>```+(?!`)|~~~+(?!~)).*?\n
        (?:[ \t]*\n|(?P=indent).*\n)*?(?P=indent)(?P=ticks)[ \t]*(?:\n|\Z))
    |(?P<units>\\(?:num|si)\{[^{}]+\}|\\SI\{[^{}]+\}\{[^{}]+\})
    |(?P<tex>\\\((?P<inner>(?:[^\\]|\\[^()])++)\\\))
    |(?P<skip>\\.|\\\n|\$\$+(?!\$))
    |(?P<code>(?P<run>`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])+?(?<!`)(?P=run)(?!`))
    |\$(?=[^ \t\n])(?P<math>(?:[^$\n\\]|\\.|\\?\n[ \t]*[^ \t\n$])+)(?<![ \t\n])\$(?!\$)
    |(?P<dollar>\$)
    """,
    re.MULTILINE | re.VERBOSE,
)


def read_blocks(text: str, dropped: list[str] | None = None) -> Content:
    """Return a text of a stem or feedback as block content; names of unsafe markup are added to `dropped`."""
    return from_markdown(_with_math(text), dropped=dropped)


def read_line(text: str, dropped: list[str] | None = None) -> Content:
    """Return a text of a choice: inline content where it is one paragraph."""
    return from_markdown_inline(_with_math(text), dropped=dropped)


def unit_macros(text: str) -> list[str]:
    r"""Return the siunitx macros of a text, `\SI{5}{\metre}`, which MathJax does not know."""
    return [match["units"] for match in _TOKEN.finditer(text) if match["units"]] if "\\" in text else []


def _with_math(text: str) -> str:
    r"""Return Markdown with text2qti's formulas as `\(…\)`, and its other dollars escaped."""
    if "<!--" in text:
        text = _without_comments(text)
    return _TOKEN.sub(_math, text) if "$" in text or "\\" in text else text


def _without_comments(text: str) -> str:
    parts = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[position:start])
        position = end + 3
    return "".join([*parts, text[position:]])


def _math(match: re.Match[str]) -> str:
    if match["math"] is not None:
        return f"\\({' '.join(match['math'].split(chr(10)))}\\)"
    if match["units"]:
        return f"\\({match['units']}\\)"
    return "\\$" if match["dollar"] else match[0]


# --- writing ----------------------------------------------------------------------------------------------------

_DOLLARS = re.compile(r"(?=[^ \t\n])(?:[^$\n\\]|\\.)+(?<![ \t\n])")
_BLOCK = re.compile(
    r"<p>(?P<p>(?:(?!</?p>).)*+)</p>"
    r'|<pre><code(?: class="language-(?P<language>[\w+#.-]+)")?>(?P<code>[^<]*)</code></pre>'
    r"|<(?P<list>ul|ol)>\n(?P<rows>(?:<li>(?:(?!</?(?:li|p|ul|ol|pre|div)>)[^\n])+</li>\n)+)</(?P=list)>",
    re.DOTALL,
)
_BLOCK_TAG = re.compile(
    r"<(?:p|div|pre|ul|ol|dl|table|blockquote|h[1-6]|hr|figure|details|center|section|address)\b", re.IGNORECASE
)
_PART = re.compile(
    r"\\\((?P<tex>.{1,5000}?)\\\)"
    r"|<code>(?P<code>[^<]*)</code>"
    r"|<(?P<mark>em|strong)>(?P<marked>[^<\\\n]*)</(?P=mark)>"
    r'|(?P<tag></?[a-zA-Z](?:[^<>"]|"[^"]*")*>)'
    r"|(?P<text>[^<\\]+|\\(?!\()|\\\((?!.{1,5000}?\\\)))",
    re.DOTALL,
)
_LINE_START = re.compile(r"^(?:(?P<mark>[#+-])|(?P<number>\d{1,9})(?=[.)])|(?P<other>[:=]))", re.MULTILINE)
_LINK = re.compile(r"\][ ]?[\[(:]|\[\^")
_SPECIAL = re.compile(r"[\\`*$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_STRIPPED = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)


def write_blocks(content: Content) -> str:
    """Return a stem or feedback as text2qti's Markdown."""
    text = _blocks(content)
    return text if text is not None and read_blocks(as_laid_out(text)) == content else _as_html(content)


def write_line(content: Content) -> str:
    """Return a choice as text2qti's Markdown."""
    text = _paragraph(content) if not _BLOCK_TAG.search(content) else _blocks(content)
    return text if text is not None and read_line(as_laid_out(text)) == content else _as_html(content)


def representable_blocks(content: Content) -> Content:
    """Return the content, or the nearest thing that text2qti's Markdown can say: a paragraph or `<div>` around it."""
    return _first_that_survives(content, [content, f"<p>{content}</p>", f"<div>{content}</div>"], inline=False)


def representable_line(content: Content) -> Content:
    """Return the content of a choice, or the nearest thing that text2qti's Markdown can say."""
    bare = content.removeprefix("<p>").removesuffix("</p>")
    return _first_that_survives(content, [content, bare, f"<div>{content}</div>"], inline=True)


def as_laid_out(text: str) -> str:
    """Return what is left of a text once text2qti has taken it apart into lines: no tabs, no blanks around."""
    lines = text.strip().split("\n")
    return "\n".join([lines[0], *(line.expandtabs(4).rstrip() for line in lines[1:])])


def _first_that_survives(content: Content, candidates: list[str], *, inline: bool) -> Content:
    write, read = (write_line, read_line) if inline else (write_blocks, read_blocks)
    if not content:
        return content
    for candidate in candidates:
        clean = sanitise(candidate)[0]
        if clean and read(as_laid_out(write(clean))) == clean:
            return clean
    return content


def _blocks(content: str) -> str | None:
    """Return block content as Markdown; None where Markdown has no words for it."""
    if not _BLOCK_TAG.search(content):
        return None
    parts: list[str] = []
    position = 0
    last = ""
    while position < len(content):
        if parts:
            if content[position] != "\n":
                return None
            position += 1
        match = _BLOCK.match(content, position)
        if match is None or (match["list"] and last):
            return None  # two lists in a row would be one
        parts.append(_block(match))
        last = match["list"] or ""
        position = match.end()
    return "\n\n".join(parts)


def _block(match: re.Match[str]) -> str:
    if match["p"] is not None:
        return _paragraph(match["p"])
    if match["list"]:
        rows = [row.removeprefix("<li>").removesuffix("</li>") for row in match["rows"].splitlines()]
        marks = ["-   "] * len(rows) if match["list"] == "ul" else [f"{f'{n}.':<4}" for n in range(1, len(rows) + 1)]
        return "\n".join(mark + _paragraph(row) for mark, row in zip(marks, rows, strict=True))
    code = unescape(match["code"]).removesuffix("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"{fence}{match['language'] or ''}\n{code}\n{fence}"


def _paragraph(html: str) -> str:
    """Return inline content as Markdown."""
    parts = [_part(match, html) for match in _PART.finditer(html)]
    return _LINE_START.sub(_escaped_start, _STRIPPED.sub("", "".join(parts)))


def _part(match: re.Match[str], html: str) -> str:
    if (tex := match["tex"]) is not None:
        return _formula(tex)
    if (code := match["code"]) is not None:
        return _inline_code(code)
    if match["mark"]:
        return _emphasis(match, html)
    if match["tag"]:
        return match["tag"].replace("$", "&#36;")
    return _words(match["text"])


def _words(text: str) -> str:
    """Return HTML text as Markdown; `&lt;` and its like stay as they are."""
    text = _SPECIAL.sub(r"\\\g<0>", text).replace("\u00a0", "&nbsp;")
    # An escaped bracket would be the beginning of a formula.
    text = text.replace("[", "&#91;") if _LINK.search(text) else text
    # Only CommonMark takes these for more than themselves, and Python-Markdown knows no escape for them.
    return text.replace("~", "&#126;").replace("|", "&#124;")


def _formula(tex: str) -> str:
    source = unescape(tex)
    return f"${source}$" if _DOLLARS.fullmatch(source) else f"\\({source}\\)"


def _inline_code(code: str) -> str:
    text = unescape(code)
    if not text.strip() or text != text.strip() or "\n" in text or text.endswith("\\"):
        return f"<code>{_references(code)}</code>"
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _emphasis(match: re.Match[str], html: str) -> str:
    inner, tag = match["marked"], match["mark"]
    before, after = html[: match.start()][-1:], html[match.end() :][:1]
    is_clear = inner[:1].isalnum() and inner[-1:].isalnum() and not (before + after).strip(" \n.,")
    star = "*" if tag == "em" else "**"
    return f"{star}{_words(inner)}{star}" if is_clear else f"<{tag}>{_words(inner)}</{tag}>"


def _escaped_start(match: re.Match[str]) -> str:
    if match["number"]:
        return f"{match['number']}\\"
    return f"\\{match['mark']}" if match["mark"] else f"&#{ord(match['other'])};"


_NEEDS_REFERENCE = re.compile(r"[\\`*_\[\]$~|#+=!:{}().\-\n\t\u00a0]|(?<= ) |^ | $")


def _as_html(content: str) -> str:
    """Return content as HTML on one line, in which no character means anything to Markdown."""
    parts = []
    position = 0
    for match in re.finditer(
        r'\\\((?P<tex>.{1,5000}?)\\\)|(?P<tag></?[a-zA-Z](?:[^<>"]|"[^"]*")*>)', content, re.DOTALL
    ):
        parts.append(_references(content[position : match.start()]))
        parts.append(_formula(match["tex"]) if match["tex"] else match["tag"].replace("$", "&#36;").replace("\n", " "))
        position = match.end()
    parts.append(_references(content[position:]))
    return "".join(parts)


def _references(text: str) -> str:
    return _NEEDS_REFERENCE.sub(lambda match: f"&#{ord(match[0])};", text)
