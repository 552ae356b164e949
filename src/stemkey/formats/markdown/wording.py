"""How the language says interactions: rows under the question, a key, and settings; JSON where it has no words."""

from dataclasses import dataclass, field
from fractions import Fraction
from json import dumps

from stemkey.formats.markdown.answers import (
    read_value,
    split_values,
    write_accepted_number,
    write_content,
    write_number,
    write_share,
    write_value,
)
from stemkey.formats.markdown.contents import gap_names
from stemkey.formats.markdown.interactions import RESPONSE, encode_interactions
from stemkey.formats.markdown.words import LABELLED
from stemkey.model import (
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
    letter_label,
)
from stemkey.richtext import fenced_html, to_markdown_inline


@dataclass(slots=True)
class Wording:
    """What an item's interactions are written as."""

    rows: list[str] = field(default_factory=list)
    """Under the question: options, targets, choices of dropdowns."""
    key: str = ""
    """In the bold line of the key, behind the number."""
    answers: list[tuple[str, Content]] = field(default_factory=list)
    """Rows of the key, `= Paris`, each with its feedback."""
    parts: list[tuple[str, Content]] = field(default_factory=list)
    """Labelled parts of the key: `Otherwise`, `Grader notes`."""
    feedback: list[tuple[str, Content]] = field(default_factory=list)
    """Feedback of single options, by letter."""
    settings: dict[str, str] = field(default_factory=dict)


def word_interactions(item: Item) -> Wording:
    """Return how an item's interactions are said."""
    said = _said(item)
    return said if said is not None else Wording(settings={"interactions": encode_interactions(item.interactions)})


def _said(item: Item) -> Wording | None:
    """Return the words; None where the language has none for them."""
    interactions = item.interactions
    if not interactions:
        return Wording(settings={"type": "text"})
    gaps = _gaps(item)
    if gaps is not None:
        return _cloze(gaps)
    if len(interactions) > 1 or interactions[0].identifier != RESPONSE or "data-gap" in item.body:
        return None
    interaction = interactions[0]
    match interaction:
        case ChoiceInteraction():
            return _choice(interaction)
        case OrderInteraction():
            return _order(interaction)
        case MatchInteraction():
            return _match(interaction)
        case TextEntryInteraction():
            return _text_entry(interaction)
        case ExtendedTextInteraction():
            return _essay(interaction)
        case UploadInteraction():
            return _upload(interaction)
        case ForeignInteraction() | InlineChoiceInteraction():
            return None


def _lettered(count: int) -> bool:
    return 0 < count <= 26


def _row(label: str, content: Content) -> str:
    """Return an option's row; what does not fit on a line goes below it."""
    text = to_markdown_inline(content)
    if text.startswith(("```", "~~~")):
        text = f"\n{text}"
    elif "\n" in text and any(LABELLED.match(row.lstrip()) for row in text.split("\n")[1:]):
        text = f"\n{fenced_html(content)}"  # `key: B` in a line of an option would be the question's key
    return f"- {label} {text}" if not text.startswith("\n") else f"- {label}{text}"


def _share(credit: Fraction) -> str:
    return f" ({write_share(credit)})"


# Options


def _choice(interaction: ChoiceInteraction) -> Wording | None:
    choices = interaction.choices
    if not _lettered(len(choices)):
        return None
    letters = [letter_label(index) for index in range(len(choices))]
    wording = Wording(
        rows=[_row(f"{letter})", choice.content) for letter, choice in zip(letters, choices, strict=True)]
    )
    wording.feedback = [(letter, choice.feedback) for letter, choice in zip(letters, choices, strict=True)]
    is_multiple = interaction.cardinality is Cardinality.MULTIPLE
    wording.key = _key_of_choices(letters, choices)
    if is_multiple != (sum(choice.credit != NO_CREDIT for choice in choices) > 1) or _is_unequal(choices):
        wording.settings["choose"] = "several" if is_multiple else "one"
    if interaction.shuffle is not None:
        wording.settings["shuffle"] = "yes" if interaction.shuffle else "no"
    if fixed := [letter for letter, choice in zip(letters, choices, strict=True) if choice.fixed]:
        wording.settings["fixed"] = ", ".join(fixed)
    return wording


def _is_unequal(choices: tuple[Choice, ...]) -> bool:
    return len({choice.credit for choice in choices if choice.credit != NO_CREDIT}) > 1


def _key_of_choices(letters: list[str], choices: tuple[Choice, ...]) -> str:
    """Return `B) text` for one key, `A, C)` for several equal ones, each with its share where they differ."""
    worth = [(letter, choice) for letter, choice in zip(letters, choices, strict=True) if choice.credit != NO_CREDIT]
    if not worth:
        return ""
    equal = Fraction(1, len(worth))
    if all(choice.credit == equal for _, choice in worth):
        if len(worth) == 1:
            text = _key_text(worth[0][1].content)
            return f"{worth[0][0]}) {text}" if text else f"{worth[0][0]})"
        return ", ".join(letter for letter, _ in worth) + ")"
    return ", ".join(f"{letter}{_share(choice.credit)}" for letter, choice in worth)


def _key_text(content: Content) -> str:
    """Return an option's text for the key, where it is plain words: the reader compares it, the author sees it."""
    text = to_markdown_inline(content)
    is_plain = text == content and len(text) <= 200 and "\n" not in text and not text.endswith("*")
    return text if is_plain and text[:1].isalnum() else ""


def _order(interaction: OrderInteraction) -> Wording | None:
    choices = interaction.choices
    letters = [choice.identifier for choice in choices]
    if not _lettered(len(choices)) or any(choice.credit or choice.fixed for choice in choices):
        return None
    if sorted(letters) != [letter_label(index) for index in range(len(letters))]:
        letters = [letter_label(index) for index in range(len(letters))]
    written = sorted(zip(letters, choices, strict=True), key=lambda pair: pair[0])
    return Wording(
        rows=[_row(f"{letter})", choice.content) for letter, choice in written],
        key=", ".join(letters),
        feedback=[(letter, choice.feedback) for letter, choice in written],
        settings={"type": "ordering"},
    )


def _match(interaction: MatchInteraction) -> Wording | None:
    pairs, targets = interaction.pairs, interaction.targets
    if not _lettered(len(pairs)) or not targets:
        return None
    numbers = {target.identifier: str(index) for index, target in enumerate(targets, start=1)}
    if len(numbers) != len(targets) or any(pair.target not in numbers for pair in pairs):
        return None
    letters = [letter_label(index) for index in range(len(pairs))]
    wording = Wording(
        rows=[
            *(_row(f"{letter})", pair.source) for letter, pair in zip(letters, pairs, strict=True)),
            *(_row(f"{numbers[target.identifier]})", target.content) for target in targets),
        ],
        key=", ".join(
            f"{letter} → {numbers[pair.target]}{_share(pair.credit) if pair.credit != FULL_CREDIT else ''}"
            for letter, pair in zip(letters, pairs, strict=True)
        ),
        settings={"type": "matching"},
    )
    if interaction.shuffle is not None:
        wording.settings["shuffle"] = "yes" if interaction.shuffle else "no"
    return wording


# Texts and numbers


def _text_entry(interaction: TextEntryInteraction, gap: str = "") -> Wording | None:
    accepted = interaction.accepted
    is_number = interaction.is_numeric
    if not accepted or (not is_number and any(isinstance(entry, AcceptedNumber) for entry in accepted)):
        return None
    prefix = f"[[{gap}]] " if gap else ""
    wording = Wording(settings={f"{prefix}type": "numeric" if is_number else "short answer"})
    for entry in accepted:
        if isinstance(entry, AcceptedNumber):
            text = write_accepted_number(entry)
        else:
            share = None if entry.credit == FULL_CREDIT else entry.credit
            text = write_value(entry.text, share=share, wildcards=entry.wildcards) if "\n" not in entry.text else None
            value = read_value(text) if text else None
            if value is None or (value.text, value.share, value.wildcards) != (entry.text, share, entry.wildcards):
                text = None
        if text is None:
            return None
        if len(accepted) == 1 and not gap and not entry.feedback and "`" not in text:
            wording.key = text
        else:
            wording.answers.append((f"{prefix}= {text}", entry.feedback))
    owner = "" if interaction.identifier == RESPONSE else prefix  # as the reader looks for them
    if interaction.case_sensitive:
        wording.settings[f"{owner}case"] = "sensitive"
    if interaction.units:
        wording.settings[f"{owner}units"] = _units(interaction)
    if interaction.unit_required:
        wording.settings[f"{owner}unit required"] = "yes"
    if interaction.unit_penalty:
        wording.settings[f"{owner}unit penalty"] = write_share(interaction.unit_penalty)
    if interaction.weight != FULL_CREDIT:
        wording.settings[f"{owner}weight"] = write_number(interaction.weight)
    if interaction.other_feedback:
        if gap:
            return None
        wording.parts.append(("Otherwise", interaction.other_feedback))
    return wording


def _units(interaction: TextEntryInteraction) -> str:
    names = [unit.name for unit in interaction.units]
    if all(name == name.strip() and name and not set(name) & set(',=;"[]{}') and "--" not in name for name in names):
        return ", ".join(
            unit.name if unit.multiplier == FULL_CREDIT else f"{unit.name} = {write_number(unit.multiplier)}"
            for unit in interaction.units
        )
    pairs = [[unit.name, str(unit.multiplier)] for unit in interaction.units]
    return dumps(pairs, ensure_ascii=False).replace(">", "\\u003e")


def _essay(interaction: ExtendedTextInteraction) -> Wording:
    wording = Wording(settings={"type": "essay"})
    if interaction.lines is not None:
        wording.settings["lines"] = str(interaction.lines)
    wording.parts = [("Template", interaction.template), ("Grader notes", interaction.grader_notes)]
    return wording


def _upload(interaction: UploadInteraction) -> Wording | None:
    wording = Wording(settings={"type": "upload"})
    if interaction.file_types:
        if any("," in kind or kind != kind.strip() or not kind for kind in interaction.file_types):
            return None
        wording.settings["file types"] = ", ".join(interaction.file_types)
    if interaction.maximum_files is not None:
        wording.settings["maximum files"] = str(interaction.maximum_files)
    return wording


# Gaps


def _gaps(item: Item) -> list[TextEntryInteraction | InlineChoiceInteraction] | None:
    """Return the interactions of a cloze in the order of its gaps; None where the item is none."""
    gaps: list[TextEntryInteraction | InlineChoiceInteraction] = []
    for interaction in item.interactions:
        if not isinstance(interaction, TextEntryInteraction | InlineChoiceInteraction):
            return None
        gaps.append(interaction)
    from stemkey.model import GAP

    names = [gap.identifier for gap in gaps]
    written = GAP.findall(item.body)
    if written != names or len(set(names)) != len(names):
        return None
    is_plain = all(gap_names(f"[[{name}]]") == [name] and name == name.strip() for name in names)
    return gaps if is_plain else None


def _cloze(gaps: list[TextEntryInteraction | InlineChoiceInteraction]) -> Wording | None:
    wording = Wording()
    for interaction in gaps:
        name = interaction.identifier
        said = (
            _dropdown(interaction)
            if isinstance(interaction, InlineChoiceInteraction)
            else _text_entry(interaction, name)
        )
        if said is None:
            return None
        wording.rows += said.rows
        wording.answers += said.answers
        wording.settings |= said.settings
    wording.settings = {
        name: value
        for name, value in wording.settings.items()
        if not (name.endswith("]] type") and value == "short answer")
    }
    return wording


def _dropdown(interaction: InlineChoiceInteraction) -> Wording | None:
    name = interaction.identifier
    texts = [write_content(choice.content) for choice in interaction.choices]
    read = [read_value(text).text for text in split_values(" | ".join(texts))]
    if not texts or len(set(read)) != len(texts) or len(read) != len(texts):
        return None
    wording = Wording(rows=[f"- [[{name}]] {' | '.join(texts)}"])
    for text, choice in zip(texts, interaction.choices, strict=True):
        if choice.fixed or "\n" in text:
            return None
        if choice.credit != NO_CREDIT or choice.feedback:
            share = "" if choice.credit == FULL_CREDIT else _share(choice.credit)
            wording.answers.append((f"[[{name}]] = {text}{share}", choice.feedback))
    if interaction.weight != FULL_CREDIT:
        wording.settings[f"[[{name}]] weight"] = write_number(interaction.weight)
    if interaction.shuffle is not None:
        wording.settings[f"[[{name}]] shuffle"] = "yes" if interaction.shuffle else "no"
    return wording
