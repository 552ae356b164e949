"""HTML from elsewhere becomes `Content`: what both LMSs keep stays, what a browser would run goes, and is named."""

import re
from functools import cache
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.model import Content

if TYPE_CHECKING:
    from nh3 import Cleaner


@rule("R090", Severity.WARNING)
def markup_left_out(names: tuple[str, ...]) -> Text:
    """The text holds HTML that a browser would run, or that neither Moodle nor Canvas keeps.

    Scripts, event handlers (`onclick`), frames, forms and `javascript:` links are left out, because a quiz is
    shown to people who trust it. The words inside other unknown elements stay. Example: `<p onclick="f()">Stem</p>`
    is read as `<p>Stem</p>`.
    """
    return Text(f"markup left out: {', '.join(names)}", "remove it, or say the same with plain HTML or Markdown")


def sanitise_html(html: str, found: Diagnostics, place: Place | None = None, *, item: str | None = None) -> Content:
    """Return HTML as content; what had to go is one finding."""
    content, names = sanitise(html)
    if names:
        found.add(markup_left_out(names), place, item=item)
    return content


def sanitise(html: str) -> tuple[Content, tuple[str, ...]]:
    """Return HTML as content, and the names of what had to go.

    The result is in one spelling (`<br>`, `"` in text, `&amp; &lt; &gt;` as the only entities), so that equal
    contents are equal texts; content that already is in that spelling comes back as it is.
    """
    if "<" not in html and "&" not in html and ">" not in html and "\r" not in html and "\x00" not in html:
        return Content(html.strip()), ()
    if _FLAT.fullmatch(html):
        return Content(html.strip()), ()
    if _is_simple(html):
        return Content(_spaced(html.strip())), ()
    clean = _cleaner().clean(html)
    if "&nbsp;" in clean:
        clean = clean.replace("&nbsp;", "\u00a0")
    names = () if clean == html else _left_out(html)
    if "<pre" in clean:
        # The first newline of <pre> is not shown, and would be gone when the content is read again.
        clean = _PRE_NEWLINE.sub(r"\1", clean)
    return Content(_spaced(clean.strip())), names


_PRE_NEWLINE = re.compile(r"(<pre\b[^>]*+>)\n+")


_BLOCK = "p|ul|ol|li|pre|blockquote|table|thead|tbody|tfoot|tr|th|td|h[1-6]|hr|div|dl|dt|dd|center|figure|details"
_MISSPACED = re.compile(rf"\s</?(?:{_BLOCK})\b|</?(?:{_BLOCK})\b[^>]*+>(?:\s|<)")
_PIECE = re.compile(rf"(<pre\b[^>]*+>.*?</pre>|</?(?:{_BLOCK})\b[^>]*+>)", re.DOTALL)
_TAG_NAME = re.compile(r"<(/?)([a-z0-9]+)")


def _spaced(html: str) -> str:
    """Return HTML with its blocks on lines of their own, as Markdown renderers put them; code keeps every blank.

    Blanks between blocks mean nothing to a browser, and each LMS writes its own.
    """
    if not _MISSPACED.search(html):
        return html
    parts: list[str] = []
    before = ("", "")
    for index, piece in enumerate(_PIECE.split(html)):
        if index % 2 == 0:
            text = piece.strip(_BLANKS)
            here = ("text", "") if text else before
        else:
            text = piece
            match = _TAG_NAME.match(piece)
            assert match is not None  # the pattern above begins with a tag
            name = match[2]
            here = ("whole" if name in {"pre", "hr"} else "close" if match[1] else "open", name)
        if not text:
            continue
        if parts and _breaks(before, here):
            parts.append("\n")
        parts.append(text)
        before = here
    return "".join(parts)


_BLANKS = " \t\n\f"
_HOLDERS = frozenset({"ul", "ol", "blockquote", "dl"})
_ROWS = frozenset({"table", "thead", "tfoot", "tr"})
_WORDS = frozenset({"p", "th", "dt", "h1", "h2", "h3", "h4", "h5", "h6"})


def _breaks(before: tuple[str, str], here: tuple[str, str]) -> bool:
    """Whether a new line begins between two pieces."""
    (side, name), (next_side, next_name) = before, here
    if side == "text":
        return next_side in {"open", "whole"}
    if side == "open":
        if name in _HOLDERS or name == "tbody":
            return True
        return name not in _ROWS and next_side in {"open", "whole"}
    if next_side == "close":
        if name in {"tr", "th", "td"}:
            return name == "tr" and next_name in {"tbody", "tfoot"}
        return next_name not in _ROWS and next_name not in _WORDS
    is_next_part = name in {"thead", "tbody"} and next_name in {"tbody", "tfoot"}
    return name not in {"td", "th"} and not is_next_part


# A few tags without attributes, and our own spelling of code, images and gaps: most content is nothing else.
_SIMPLE_TAGS = "p|em|strong|b|i|u|code|pre|sub|sup|ul|ol|li|blockquote|del"
_SIMPLE = re.compile(
    rf"(?:[^<>&\r\x00]++|&(?:amp|lt|gt);|</?(?:{_SIMPLE_TAGS})>|<br>"
    r'|<code class="language-[\w+#.-]++">'
    r'|<img src="[^"<>&:]*+" alt="[^"<>&]*+">'
    r'|<span data-gap="[\w.-]*+"></span>)*+'
)
# One paragraph, or words without one, in which no tag holds another: by far the most. Nothing is left to look at.
_FLAT = re.compile(
    r"(<p>(?!\s))?(?:[^<>&\r\x00]++|&(?:amp|lt|gt);"
    r"|<(code|em|strong|b|i|u|sub|sup|del)>(?:[^<>&\r\x00]++|&(?:amp|lt|gt);)*+</\2>)*+(?(1)(?<!\s)</p>)"
)
_SIMPLE_TAG = re.compile(rf"<(/?)({_SIMPLE_TAGS})\b")
_BLOCKS = frozenset({"p", "pre", "ul", "ol", "blockquote"})


def _is_simple(html: str) -> bool:
    """Say whether HTML holds only simple, well-nested tags, so that cleaning would give it back unchanged."""
    if not _SIMPLE.fullmatch(html):
        return False
    open_tags: list[str] = []
    for closing, name in _SIMPLE_TAG.findall(html):
        if closing:
            if not open_tags or open_tags.pop() != name:
                return False
        else:
            if name in _BLOCKS and "p" in open_tags:
                return False
            if (name == "li") != (bool(open_tags) and open_tags[-1] in {"ul", "ol"}):
                return False
            if name in open_tags and name not in {"ul", "ol", "li", "blockquote"}:
                return False
            open_tags.append(name)
    return not open_tags and "<pre>\n" not in html


_TAGS = frozenset(
    """
    a abbr acronym audio b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt
    em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small source span
    strike strong sub summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr
    math annotation menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow
    ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics
    """.split()  # noqa: SIM905 # words are read more easily than sixty literals
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "role", "style", "title"},
    "a": {"href", "name", "rel", "target"},
    "annotation": {"encoding"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "blockquote": {"cite"},
    "col": {"align", "span", "valign", "width"},
    "colgroup": {"align", "span", "valign", "width"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "font": {"color", "face", "size"},
    "hr": {"align", "size", "width"},
    "img": {"align", "alt", "border", "height", "hspace", "src", "vspace", "width"},
    "ins": {"cite", "datetime"},
    "li": {"type", "value"},
    "math": {"display", "xmlns"},
    "mfenced": {"close", "open", "separators"},
    "mo": {"fence", "form", "lspace", "rspace", "separator", "stretchy"},
    "mstyle": {"displaystyle", "mathcolor", "mathvariant", "scriptlevel"},
    "mtable": {"columnalign", "rowspacing"},
    "mi": {"mathvariant"},
    "mspace": {"width"},
    "ol": {"reversed", "start", "type"},
    "p": {"align"},
    "div": {"align"},
    "q": {"cite"},
    "source": {"src", "type"},
    "table": {"align", "border", "cellpadding", "cellspacing", "summary", "width"},
    "tbody": {"align", "valign"},
    "td": {"abbr", "align", "colspan", "headers", "height", "nowrap", "rowspan", "scope", "valign", "width"},
    "tfoot": {"align", "valign"},
    "th": {"abbr", "align", "colspan", "headers", "height", "nowrap", "rowspan", "scope", "valign", "width"},
    "thead": {"align", "valign"},
    "time": {"datetime"},
    "tr": {"align", "valign"},
    "track": {"kind", "label", "src", "srclang"},
    "ul": {"type"},
    "video": {"controls", "height", "loop", "muted", "poster", "preload", "src", "width"},
}
_STYLES = frozenset(
    """
    background background-color border border-bottom border-collapse border-color border-left border-right
    border-spacing border-style border-top border-width clear color direction display float font font-family font-size
    font-style font-variant font-weight height letter-spacing line-height list-style list-style-type margin
    margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width overflow overflow-x
    padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent
    text-transform vertical-align white-space width word-break word-wrap
    """.split()  # noqa: SIM905 # words are read more easily than sixty literals
)
_PREFIXES = ("data-", "aria-")
_SCHEMES = frozenset({"http", "https", "mailto", "ftp", "tel", "data"})
_PICTURE_DATA = re.compile(
    r"data:(?:image/(?:png|jpe?g|gif|webp|bmp)|audio/[\w.+-]+|video/[\w.+-]+)[;,]", re.IGNORECASE
)


@cache
def _cleaner() -> "Cleaner":
    import nh3

    return nh3.Cleaner(
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        generic_attribute_prefixes=set(_PREFIXES),
        url_schemes=set(_SCHEMES),
        filter_style_properties=set(_STYLES),
        attribute_filter=_keep_attribute,
        link_rel=None,
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, None where it is dropped: `data:` only for pictures and sounds."""
    if name in {"src", "href", "poster"} and value.strip().lower().startswith("data:"):
        return value if name == "src" and _PICTURE_DATA.match(value.strip()) else None
    if name == "style" and "url(" in value.lower():
        return ";".join(part for part in value.split(";") if "url(" not in part.lower()) or None
    return value


_ANY_TAG = re.compile(r"""<([A-Za-z][\w:.-]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ANY_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>=]++))?""")


def _without_comments(html: str) -> str:
    """Return HTML without its comments, in one pass: openings without an end must not cost a search each."""
    parts = []
    position = 0
    while (start := html.find("<!--", position)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        parts.append(html[position:start])
        position = end + 3
    return "".join([*parts, html[position:]])


def _left_out(html: str) -> tuple[str, ...]:
    """Name the elements and attributes of HTML that cleaning drops, in the order they first appear."""
    names: dict[str, None] = {}
    if "<!--" in html:
        html = _without_comments(html)
    for match in _ANY_TAG.finditer(html):
        tag = match[1].lower()
        if tag not in _TAGS:
            names[f"<{tag}>"] = None
            continue
        for attribute in _ANY_ATTRIBUTE.finditer(match[2]):
            name = attribute[1].lower()
            if _drops(tag, name, (attribute[2] or "").strip("\"'")):
                names[f"{name} of <{tag}>"] = None
    return tuple(names)


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def _drops(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES["*"] and name not in _ATTRIBUTES.get(tag, ()) and not name.startswith(_PREFIXES):
        return True
    if name in {"href", "src", "poster", "cite"} and (scheme := _SCHEME.match(value.strip())):
        return scheme[1].lower() not in _SCHEMES or _keep_attribute(tag, name, value) is None
    return False
