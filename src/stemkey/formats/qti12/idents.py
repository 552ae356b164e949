"""Idents: names that survive Canvas's importers, and the memo that gives the author's own names back.

Canvas keeps an item under its ident and makes file names of it; it reads feedback by the words in its ident.
Names that are safe are written as they are; the others get a safe one, and the memo holds the original.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

MEMO = "stemkey"
"""Label of the metadata field that holds the memo; importers skip labels that they do not know."""

_SAFE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_SAFE_ANSWER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")
# Canvas makes a file name of an item's ident and fails as a whole above 251 characters.
_LONGEST = 200
_LONGEST_ANSWER = 80
# Canvas reads what a feedback is for from these words in its ident, and an answer's feedback is named after the answer.
_FEEDBACK_WORD = re.compile(r"wrong|correct|general_|_all|_i?c\Z", re.IGNORECASE)
_UNSAFE_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def safe_ident(identifier: str) -> str:
    """Return an XML name for an identifier: itself where it is one, else one that is made from it alone."""
    if _SAFE.match(identifier) and len(identifier) <= _LONGEST:
        return identifier
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"q_{_UNSAFE_NAME.sub('_', identifier)[:100].strip('_.')}_{digest}"


def answer_idents(identifiers: Sequence[str]) -> Sequence[str]:
    """Return the answers' idents: the identifiers themselves where all are safe and distinct, else `a1`, `a2` and so on."""
    if len(set(identifiers)) == len(identifiers) and all(is_safe_answer(name) for name in identifiers):
        return identifiers
    return [f"a{position}" for position in range(1, len(identifiers) + 1)]


def is_safe_answer(name: str) -> bool:
    """Whether Canvas keeps an answer's ident as it is and reads nothing else from it."""
    # A single letter, the common case, first.
    if len(name) == 1 and name.isascii() and name.isalnum():
        return True
    return _SAFE_ANSWER.match(name) is not None and len(name) <= _LONGEST_ANSWER and _FEEDBACK_WORD.search(name) is None


def package_paths(keys: Iterable[str]) -> dict[str, str]:
    """Return where each asset goes in the package: `images/`, plain ASCII, no name twice in any letter case.

    Canvas finds files by the end of their path, so equal names in two folders would be mixed up.
    """
    paths: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        base = key.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
        stem, dot, suffix = base.rpartition(".")
        if not stem:
            stem, dot, suffix = base, "", ""
        stem = _UNSAFE_NAME.sub("_", stem).strip("._") or "file"
        suffix = dot + _UNSAFE_NAME.sub("_", suffix)
        name = stem[:100] + suffix[:20]
        count = 1
        while name.lower() in taken:
            count += 1
            name = f"{stem[:100]}-{count}{suffix[:20]}"
        taken.add(name.lower())
        paths[key] = f"images/{name}"
    return paths


def write_memo(memo: Mapping[str, object]) -> str:
    """Return the memo's text: the same for the same memo."""
    return json.dumps(memo, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_memo(text: str | None) -> dict[str, object]:
    """Return what the memo says; nothing where it is absent or not ours."""
    if not text:
        return {}
    try:
        memo = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return memo if isinstance(memo, dict) else {}


def memo_text(memo: Mapping[str, object], name: str) -> str | None:
    """Return a text of the memo, None where it has none of that name."""
    value = memo.get(name)
    return value if isinstance(value, str) and value else None


def memo_names(memo: Mapping[str, object], name: str, count: int) -> list[str] | None:
    """Return a list of `count` distinct texts of the memo, None where it has none of that name."""
    value = memo.get(name)
    if not isinstance(value, list) or len(value) != count:
        return None
    names = [text for text in value if isinstance(text, str)]
    return names if len(set(names)) == count else None
