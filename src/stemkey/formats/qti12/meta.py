"""`assessment_meta.xml`: what Canvas knows of a quiz besides its questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from stemkey.formats.qti12.mattext import Outgoing, xml_attribute, xml_text
from stemkey.model import Quiz, Settings

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "http://canvas.instructure.com/xsd/cccv1p0"

_NAMESPACES = (
    f'xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{NAMESPACE} https://canvas.instructure.com/xsd/cccv1p0.xsd"'
)

# Tags in Canvas's own order, with what Canvas writes for a quiz that nobody changed; None: Canvas leaves it out.
_DEFAULTS: Mapping[str, str | None] = MappingProxyType(
    {
        "lock_at": None,
        "unlock_at": None,
        "due_at": None,
        "shuffle_answers": "false",
        "scoring_policy": "keep_highest",
        "hide_results": "",
        "quiz_type": "assignment",
        "points_possible": "0.0",
        "require_lockdown_browser": "false",
        "require_lockdown_browser_for_results": "false",
        "require_lockdown_browser_monitor": "false",
        "lockdown_browser_monitor_data": "",
        "access_code": None,
        "ip_filter": None,
        "show_correct_answers": "true",
        "show_correct_answers_at": None,
        "hide_correct_answers_at": None,
        "anonymous_submissions": "false",
        "could_be_locked": "false",
        "time_limit": None,
        "disable_timer_autosubmission": None,
        "allowed_attempts": "1",
        "one_question_at_a_time": "false",
        "cant_go_back": "false",
        "available": "false",
        "one_time_results": "false",
        "show_correct_answers_last_attempt": "false",
        "only_visible_to_overrides": "false",
        "module_locked": "false",
    }
)
_OURS = frozenset({"shuffle_answers", "points_possible", "time_limit", "allowed_attempts"})
# A state of the course that the quiz came from, not a property of the quiz: an import must not publish at once.
_NOT_KEPT = frozenset({"available", "module_locked", "only_visible_to_overrides"})
_EXTENSION = "canvas:"
_LONGEST_NUMBER = 80
_HUGE = re.compile(r"[eE][+-]?0*[1-9]\d{3,}")


@dataclass(frozen=True, slots=True)
class Meta:
    """What an assessment's meta file says."""

    title: str
    description: str
    settings: Settings
    extensions: Mapping[str, str]


def decimal(number: Fraction) -> str:
    """Return a number as Canvas stores it, a float: `1.0`, `0.3333333333333333`."""
    return repr(float(number))


def fraction(text: str | None) -> Fraction | None:
    """Return a stored number exactly: `0.3333333333333333` is a third again. None where it is no number."""
    text = (text or "").strip()
    # `1e999999999` is a number of a billion digits.
    if len(text) > _LONGEST_NUMBER or _HUGE.search(text):
        return None
    try:
        exact = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    near = exact.limit_denominator(1000)
    try:
        return near if float(near) == float(exact) else exact
    except OverflowError:
        return None


def write_meta(quiz: Quiz, ident: str, outgoing: Outgoing) -> str:
    """Return `assessment_meta.xml`."""
    points = decimal(quiz.points)
    title = xml_text(quiz.title)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<quiz identifier="{xml_attribute(ident)}" {_NAMESPACES}>',
        f"  <title>{title}</title>",
        f"  <description>{outgoing.html(quiz.instructions)}</description>",
    ]
    values = {**_DEFAULTS, **_settings(quiz), "points_possible": points}
    lines += [f"  <{tag}>{xml_text(value)}</{tag}>" for tag, value in values.items() if value is not None]
    lines += [
        f'  <assignment identifier="{xml_attribute(ident)}_assignment">',
        f"    <title>{title}</title>",
        "    <due_at/>",
        "    <lock_at/>",
        "    <unlock_at/>",
        "    <workflow_state>unpublished</workflow_state>",
        "    <assignment_overrides>",
        "    </assignment_overrides>",
        f"    <quiz_identifierref>{xml_text(ident)}</quiz_identifierref>",
        "    <has_group_category>false</has_group_category>",
        f"    <points_possible>{points}</points_possible>",
        "    <submission_types>online_quiz</submission_types>",
        "  </assignment>",
        "  <assignment_overrides>",
        "  </assignment_overrides>",
        "</quiz>",
        "",
    ]
    return "\n".join(lines)


def _settings(quiz: Quiz) -> dict[str, str]:
    settings = quiz.settings
    values = {
        name.removeprefix(_EXTENSION): value
        for name, value in quiz.extensions.items()
        if name.startswith(_EXTENSION) and name.removeprefix(_EXTENSION) in _DEFAULTS
    }
    if settings.shuffle_choices is not None:
        values["shuffle_answers"] = "true" if settings.shuffle_choices else "false"
    if settings.time_limit is not None:
        values["time_limit"] = str(settings.time_limit)
    if settings.attempts is not None:
        values["allowed_attempts"] = str(settings.attempts) if settings.attempts > 0 else "-1"
    return values


def read_meta(root: "_Element") -> Meta:
    """Return what a meta file says; what only Canvas knows goes into the extensions."""
    texts: dict[str, str] = {}
    for child in root:
        texts.setdefault(child.tag.rpartition("}")[2], child.text or "")
    extensions = {
        _EXTENSION + tag: texts[tag].strip()
        for tag, default in _DEFAULTS.items()
        if tag in texts
        and tag not in _OURS
        and tag not in _NOT_KEPT
        and texts[tag].strip() not in {"" if default is None else default, ""}
    }
    attempts = whole(texts.get("allowed_attempts"))
    settings = Settings(
        shuffle_choices=_truth(texts.get("shuffle_answers")),
        time_limit=whole(texts.get("time_limit")),
        attempts=None if attempts is None else max(attempts, 0),
    )
    return Meta(texts.get("title", ""), texts.get("description", ""), settings, extensions)


def whole(text: str | None) -> int | None:
    """Return a whole number, None where it is none."""
    try:
        return int(float(text)) if text and text.strip() else None
    except (ValueError, OverflowError):
        return None


def _truth(text: str | None) -> bool | None:
    # Canvas: true, yes, t, y and 1 in any letter case, anywhere in the word.
    if text is None or not text.strip():
        return None
    return any(mark in text.lower() for mark in ("true", "yes", "t", "y", "1"))
