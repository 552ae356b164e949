"""Matching questions: what stands on the left is HTML, what is chosen on the right is plain text."""

from stemkey.formats.moodle.elements import PREFIX, cdata, inline
from stemkey.formats.moodle.reading import Question, Reading
from stemkey.formats.moodle.written import Writing
from stemkey.model import Item, MatchInteraction, MatchPair, MatchTarget, text_content
from stemkey.richtext.to_plain import to_plain


def read_matching(question: Question, reading: Reading) -> MatchInteraction:
    """Read pairs; an answer without a stem is a target that belongs to none."""
    targets: dict[str, MatchTarget] = {}
    pairs: list[MatchPair] = []
    loose: list[str] = []
    for position, part in enumerate(question.parts, 1):
        answer = ""
        for child in part:
            if child.tag == "answer":
                answer = reading.text(child)
        source = inline(reading.content(part, f"subquestion {position}"))
        if not source:
            loose.append(answer)
            continue
        target = _target(answer, targets)
        pairs.append(
            MatchPair(identifier=str(len(pairs) + 1), source=source, target=target.identifier, span=reading.place(part))
        )
    for answer in loose:
        if answer:
            _target(answer, targets)
    return MatchInteraction(
        pairs=tuple(pairs),
        targets=tuple(targets.values()),
        shuffle=question.is_true("shuffleanswers", default=True),
    )


def _target(answer: str, targets: dict[str, MatchTarget]) -> MatchTarget:
    """Equal answers are one choice for the candidate."""
    if answer not in targets:
        targets[answer] = MatchTarget(identifier=f"t{len(targets) + 1}", content=text_content(answer))
    return targets[answer]


def write_matching(item: Item, interaction: MatchInteraction, writing: Writing) -> str:
    """Write pairs, then the targets that belong to none."""
    answers = {target.identifier: to_plain(target.content) for target in interaction.targets}
    parts = [
        _subquestion(writing.text(pair.source, item, f"subquestion {position}"), answers[pair.target])
        for position, pair in enumerate(interaction.pairs, 1)
    ]
    used = {pair.target for pair in interaction.pairs}
    parts += [_subquestion("<text></text>", answer) for target, answer in answers.items() if target not in used]
    shuffle = "true" if writing.shuffles(interaction.shuffle) else "false"
    shows = "" if item.extensions.get(PREFIX + "shownumcorrect") == "0" else "<shownumcorrect/>\n"
    settings = writing.settings(item, {}) if item.extensions else ""
    own = (
        f"<shuffleanswers>{shuffle}</shuffleanswers>\n{settings}{writing.combined_feedback(item)}{shows}"
        f"{''.join(parts)}"
    )
    return writing.question("matching", item, writing.text(item.body, item, "questiontext"), own)


def _subquestion(text: str, answer: str) -> str:
    return f'<subquestion format="html">{text}<answer><text>{cdata(answer)}</text></answer></subquestion>\n'
