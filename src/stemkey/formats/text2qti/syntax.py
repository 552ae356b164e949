"""What text2qti's text format is made of: the marks that begin a line, and what it can carry."""

import re

from stemkey.files import Source
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

FORMAT = "text2qti"

CARRIES = Capabilities(
    interactions=(ChoiceInteraction, TextEntryInteraction, ExtendedTextInteraction, UploadInteraction),
    text_only=True,
    multiple_response=True,
    feedback_general=True,
    feedback_by_result=True,
    feedback_per_choice=True,
    points=True,
    item_titles=True,
    quiz_title=True,
    instructions=True,
    settings=True,
    sections=True,
    markup=True,
    choice_markup=True,
    math=True,
)

# Marks that a text follows on the same line, and then on indented lines.
MARKS = {
    "question": r"\d+\.",
    "key": r"\*[a-zA-Z]\)",
    "choice": r"[a-zA-Z]\)",
    "keyed_box": r"\[\*\]",
    "box": r"\[ ?\]",
    "accepted": r"\*",
    "feedback": r"\.\.\.",
    "correct": r"\+",
    "incorrect": r"-",
    "solution": r"!",
    "number": r"=",
}
# Words that a text follows; those that the text of a title or region may continue on indented lines.
WORDS = {
    "title": r"[Tt]itle:",
    "points": r"[Pp]oints:",
    "text_title": r"[Tt]ext [Tt]itle:",
    "text": r"[Tt]ext:",
    "quiz_title": r"[Qq]uiz [Tt]itle:",
    "quiz_description": r"[Qq]uiz description:",
    "pick": r"[Pp]ick:",
    "solutions_pick": r"[Ss]olutions pick:",
    "points_per_question": r"[Pp]oints per question:",
    "shuffle_answers": r"[Ss]huffle answers:",
    "show_correct_answers": r"[Ss]how correct answers:",
    "one_question_at_a_time": r"[Oo]ne question at a time:",
    "cant_go_back": r"[Cc]an't go back:",
    "feedback_is_solution": r"[Ff]eedback is solution:",
    "solutions_sample_groups": r"[Ss]olutions sample groups:",
    "solutions_randomize_groups": r"[Ss]olutions randomize groups:",
}
# Lines that stand alone.
ALONE = {"essay": r"___+", "upload": r"\^\^\^+", "group": r"GROUP", "end_group": r"END_GROUP"}

ONE_LINE = frozenset({"accepted", "number", "points", "pick", "solutions_pick", "points_per_question"}) | {
    name for name in WORDS if name.startswith(("shuffle", "show", "one_", "cant", "feedback_is", "solutions_"))
}
ONE_PARAGRAPH = frozenset({"title", "text_title", "quiz_title"})

QUIZ_OPTIONS = {
    "show_correct_answers": "show correct answers",
    "one_question_at_a_time": "one question at a time",
    "cant_go_back": "can't go back",
    "feedback_is_solution": "feedback is solution",
    "solutions_sample_groups": "solutions sample groups",
    "solutions_randomize_groups": "solutions randomize groups",
}
"""What only text2qti (or Canvas behind it) knows of a quiz, in the order in which text2qti wants to read it."""

MARK = re.compile(
    "|".join(
        [
            *(rf"(?P<{name}>{pattern})[ \t]+(?=[^ \t])" for name, pattern in {**MARKS, **WORDS}.items()),
            *(rf"(?P<{name}>{pattern})[ \t]*$" for name, pattern in ALONE.items()),
        ]
    )
)
WITHOUT_TEXT = re.compile("|".join(rf"(?:{pattern})[ \t]*$" for pattern in {**MARKS, **WORDS}.values()))
WITHOUT_SPACE = re.compile("|".join(rf"(?:{pattern})(?=[^ \t])" for pattern in {**MARKS, **WORDS}.values()))
CODE = re.compile(r"(?P<ticks>```+)[ \t]*(?P<info>[^ \t`].*)$")

_TITLE = re.compile(
    r"(?:%.*\n|[ \t]*\n|COMMENT[ \t]*\n(?:.*\n)*?END_COMMENT[ \t]*\n)*(?:Quiz title|Quiz description):[ \t]"
)
_NUMBERED = re.compile(r"\d+\.[ \t]+[^ \t]")
# Answers with marks that no other format has.
_OWN_ANSWER = re.compile(r"\*[a-zA-Z]\)[ \t]+[^ \t]|\[\*\][ \t]+[^ \t]|\^\^\^+[ \t]*$")


def is_text2qti(source: Source) -> bool:
    """Whether a file is certainly text2qti's: it begins with a quiz title, or has a question with its marks."""
    head = source.data[:16384].decode("utf-8-sig", "ignore").replace("\r\n", "\n")
    if _TITLE.match(head):
        return True
    is_question = False
    for line in head.split("\n"):
        if _NUMBERED.match(line):
            is_question = True
        elif is_question and _OWN_ANSWER.match(line):
            return True
        elif line[:1] == "#":
            return False  # a heading: Markdown
    return False
