"""The gaps of a text as Canvas writes them: `[name]` in the stem, and idents that are distinct over the item."""

import re
from collections.abc import Iterator
from html import unescape

from stemkey.formats.qti12.idents import is_safe_answer
from stemkey.formats.qti12.numeric import number_text
from stemkey.model import (
    GAP,
    AcceptedText,
    Content,
    InlineChoiceInteraction,
    Item,
    TextEntryInteraction,
)
from stemkey.richtext.to_plain import to_plain

# Canvas changes spaces and dots in a gap's name and not in the stem, and the gap is lost.
_SAFE_NAME = re.compile(r"[\w-]{1,60}\Z")


class WrittenGaps:
    """The gaps of one item."""

    def __init__(self, item: Item) -> None:
        identifiers = [interaction.identifier for interaction in item.interactions]
        rest = GAP.sub("", item.body)
        self.names: dict[str, str] = {}
        """The name in the file of each interaction's gap."""
        for place, identifier in enumerate(identifiers, 1):
            self.names[identifier] = self._name(identifier, place, rest)
        self.memo: dict[str, object] = {}
        self._renamed = {name: identifier for identifier, name in self.names.items() if name != identifier}
        if self._renamed:
            self.memo["names"] = self._renamed
        self.body = Content(GAP.sub(self._mark, item.body))
        for identifier in identifiers:
            if f"[{self.names[identifier]}]" not in self.body:
                self.body = Content(f"{self.body} [{self.names[identifier]}]")

    def _name(self, identifier: str, place: int, rest: str) -> str:
        taken = set(self.names.values())
        if _SAFE_NAME.match(identifier) and f"[{identifier}]" not in rest and identifier not in taken:
            return identifier
        name = f"gap{place}"
        while f"[{name}]" in rest or name in taken:
            name += "x"
        return name

    def _mark(self, match: re.Match[str]) -> str:
        name = self.names.get(unescape(match[1]))
        return f"[{name}]" if name is not None else ""

    def answers(
        self, interaction: TextEntryInteraction | InlineChoiceInteraction
    ) -> Iterator[tuple[str, str, bool, Content]]:
        """Give ident, plain text, whether it is right, and feedback of each answer of a gap."""
        name = self.names[interaction.identifier]
        place = 1000 * (list(self.names).index(interaction.identifier) + 1)
        if isinstance(interaction, TextEntryInteraction):
            for index, entry in enumerate(interaction.accepted, 1):
                text = entry.text if isinstance(entry, AcceptedText) else number_text(entry.value or entry.credit)
                yield str(place + index), text, True, entry.feedback
            return
        idents = [f"{name}-{choice.identifier}" for choice in interaction.choices]
        if not all(is_safe_answer(ident) for ident in idents) or len(set(idents)) != len(idents):
            idents = [str(place + index) for index in range(1, len(interaction.choices) + 1)]
            names = dict(zip(idents, (choice.identifier for choice in interaction.choices), strict=True))
            self.memo["names"] = {**self._renamed, **names}
            self._renamed.update(names)
        for ident, choice in zip(idents, interaction.choices, strict=True):
            text = to_plain(choice.content) if "<" in choice.content or "&" in choice.content else choice.content
            yield ident, text, choice.credit > 0, choice.feedback
