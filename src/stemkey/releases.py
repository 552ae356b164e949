"""What changed since an earlier release of a quiz: for LMSs that never update a question on import.

`changes_since(previous, current, …)` → `Release`: a quiz of the new and changed items, and who is which.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from stemkey.diagnostics import Diagnostics
from stemkey.fitting import fit, with_own_identifiers
from stemkey.model import Capabilities, Item, Quiz, Section
from stemkey.readback import compare, named_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a new release holds, by the items' identifiers."""

    quiz: Quiz
    """The current quiz with only its new and changed items; their numbers and identifiers stay."""
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Only in the previous release; the LMS keeps them until somebody deletes them there."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Items of the release that stood in the previous one under another identifier: new one to old one.

    Questions without an id of their own are known by their number: one put in before them renames them all.
    """

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to import."""
        return not self.new and not self.changed

    @property
    def summary(self) -> tuple[str, ...]:
        """One line for each kind of change, for people."""
        lines = [
            _line("new", self.new),
            _line("changed", self.changed),
            f"{len(self.unchanged)} unchanged" if self.unchanged else "",
            _line("removed (delete them in the LMS)", self.removed),
            _line("only renumbered (give questions an id of their own to avoid this)", tuple(self.renamed)),
        ]
        return tuple(line for line in lines if line)


def changes_since(
    previous: Quiz, current: Quiz, carries: Capabilities, target: str, limit: Callable[[Quiz], Quiz] | None = None
) -> Release:
    """Compare two releases item by item, as far as the target carries them.

    `previous` may have been read from the target's own package or from the source of that time; `target` is
    the format's title, `limit` reduces what `fit` left as the format's own limits do (`Format.limit`). Items are the
    same where their identifiers are.
    """
    previous, current = (with_own_identifiers(release, Diagnostics()) for release in (previous, current))
    before = _fitted(previous, carries, target, limit)
    after = _fitted(current, carries, target, limit)
    new: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    bodies = _by_body(before)
    renamed: dict[str, str] = {}
    for item in current.items:
        own = after.get(item.identifier)
        old = before.get(item.identifier)
        if own is not None and old is not None and _is_same(old, own, carries):
            unchanged.append(item.identifier)
            continue
        (new if old is None else changed).append(item.identifier)
        if own is not None and (earlier := _elsewhere(own, bodies, carries)) is not None:
            renamed[item.identifier] = earlier
    taken = {*new, *changed}
    present = {item.identifier for item in current.items}
    return Release(
        quiz=_only(current, taken),
        new=tuple(new),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        removed=tuple(item.identifier for item in previous.items if item.identifier not in present),
        renamed=renamed,
    )


def _line(word: str, identifiers: tuple[str, ...]) -> str:
    return f"{len(identifiers)} {word}: {', '.join(identifiers)}" if identifiers else ""


def _fitted(quiz: Quiz, carries: Capabilities, target: str, limit: Callable[[Quiz], Quiz] | None) -> dict[str, Quiz]:
    """Return each item as the target gets it, alone in a quiz with the files that it names."""
    fitted = fit(quiz, carries, target, Diagnostics())
    if limit is not None:
        fitted = limit(fitted)
    return {item.identifier: _alone(item, fitted) for item in fitted.items}


def _alone(item: Item, quiz: Quiz) -> Quiz:
    named = named_files(item, set(quiz.assets)) if quiz.assets else set()
    assets = {key: asset for key, asset in quiz.assets.items() if key in named}
    # Where a question is kept is not what it says, and its number is its place.
    item = replace(item, number="1", category=())
    return Quiz(identifier="release", sections=(Section(items=(item,)),), assets=assets)


def _is_same(one: Quiz, other: Quiz, carries: Capabilities) -> bool:
    """Both ways, because a comparison leaves out what the first does not say."""
    found = Diagnostics()
    compare(one, other, carries, "", found)
    compare(other, one, carries, "", found)
    return not len(found)


def _by_body(quizzes: Mapping[str, Quiz]) -> Mapping[str, list[tuple[str, Item]]]:
    bodies: dict[str, list[tuple[str, Item]]] = {}
    for identifier, quiz in quizzes.items():
        (item,) = quiz.items
        bodies.setdefault(item.body, []).append((identifier, item))
    return bodies


def _elsewhere(own: Quiz, bodies: Mapping[str, list[tuple[str, Item]]], carries: Capabilities) -> str | None:
    """Return the identifier under which the previous release had the same question."""
    (item,) = own.items
    for identifier, old in bodies.get(item.body, ()):
        if identifier != item.identifier:
            renamed = replace(own, sections=(Section(items=(replace(old, identifier=item.identifier),)),))
            if _is_same(renamed, own, carries):
                return identifier
    return None


def _only(quiz: Quiz, identifiers: set[str]) -> Quiz:
    sections = tuple(
        replace(section, items=tuple(item for item in section.items if item.identifier in identifiers))
        for section in quiz.sections
    )
    sections = tuple(section for section in sections if section.items)
    kept = replace(quiz, sections=sections)
    if not quiz.assets:
        return kept
    named = named_files(kept, set(quiz.assets))
    return replace(kept, assets={key: asset for key, asset in quiz.assets.items() if key in named})
