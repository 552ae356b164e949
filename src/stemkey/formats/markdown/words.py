"""The words that structure a quiz file, in the languages that people write them in."""

import re

KEY_HEADING = re.compile(
    r"\b(?:answers?|answer[ -]?keys?|keys?|solutions?|correct answers?|lösung(?:en)?|antwort(?:en)?|respuestas?|respostas?"
    r"|réponses?|corrigé|soluciones|gabarito|risposte|soluzioni|odpowiedzi|antwoorden|megoldás(?:ok)?)\b|答案|解答|정답|Ответы",
    re.IGNORECASE,
)
_NO_KEY = re.compile(
    r"\b(?:short|long|written|open|free|brief|extended|numeric(?:al)?)[- ]+(?:answers?|response)|answer\s+(?:the|all|each|any|these)"
    r"|questions?\s+(?:and|&|\+)\s+answers?|\bkeys?\s+(?:concept|idea|point|term|takeaway|topic|skill|fact|principle|learning)",
    re.IGNORECASE,
)


def is_key_heading(text: str) -> bool:
    """Whether a heading begins the answer key; `Short answers` and `Key concepts` do not."""
    return KEY_HEADING.search(text) is not None and _NO_KEY.search(text) is None


INSTRUCTIONS_HEADING = re.compile(
    r"\s*(?:general\s+)?(?:instructions?|directions?|anleitung|hinweise|instrucciones|instruções|consignes|istruzioni)\s*:?\s*$",
    re.IGNORECASE,
)
PLAIN_HEADING = re.compile(
    r"\s*(?:the\s+)?(?:questions?|quiz|fragen|preguntas|perguntas|domande|items?|multiple[ -]choice(?:\s+questions?)?)\s*:?\s*$",
    re.IGNORECASE,
)
"""A heading that says only that questions follow: it makes no section."""

_LABELS = {
    "explanation": "explanation|explanations|explain|rationale|reason|reasoning|why|feedback|erklärung|begründung"
    "|explicación|explicação|explication|spiegazione|uitleg|解析|解説",
    "correct": "correct|if correct|when correct|feedback if correct",
    "incorrect": "incorrect|wrong|if incorrect|if wrong|when wrong|feedback if incorrect",
    "partial": "partly correct|partially correct|if partly correct",
    "hint": "hint|tip|hinweis|pista|indice|suggerimento",
    "answer": "answers?|correct answers?|right answers?|correct options?|correct choices?|key|ans|solution|antwort|richtige antwort"
    "|respuesta|respuesta correcta|resposta|réponse|risposta|答案|正解|정답",
    "otherwise": "otherwise|any other answer|else",
    "notes": "grader notes?|notes for graders?|grading notes?|model answer|rubric|marking|sample answer|expected answer",
    "template": "template|response template",
}
_ALTERNATIVES = "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
LABELLED = re.compile(
    rf"(?:[-*+>][ \t]+)?[*_]{{0,3}}(?:{_ALTERNATIVES})(?:[ \t]*\((?P<options>[^()]*)\))?[ \t]*(?:[*_]{{1,3}}[ \t]*[:：]|[:：][*_]{{0,3}})[ \t]*",
    re.IGNORECASE,
)
"""A line that says what it is: `- Explanation: …`, `**Answer:** B`. The matched group's name is what it is."""

KEY_LETTERS = re.compile(
    r"(?P<letters>\(?[A-Za-z]\)?(?:[ \t]*\([^()]{1,20}\))?"
    r"(?:[ \t]*(?:,[ \t]*(?:and\b|&)?|;|\+|&|/|\band\b|\bund\b|\bet\b)[ \t]*\(?[A-Za-z]\)?(?![A-Za-z])"
    r"(?:[ \t]*\([^()]{1,20}\))?)*)"
    r"(?P<end>[ \t]*[).:](?=[ \t*_]|$)[ \t]*|[ \t]*(?=\*\*|__|$)|[ \t]+(?:-|–|—|·|•)[ \t]+)"
)
"""The letters of a key and what ends them: `B) text`, `A, C)`, `B`."""
ONE_LETTER = re.compile(r"(?<![A-Za-z])([A-Za-z])(?![A-Za-z])\)?(?:[ \t]*\((?P<credit>[^()]*)\))?")

KEY_ROW = re.compile(r"(?:\[\[(?P<gap>[^\]\n]+)\]\][ \t]*)?=(?:[ \t]+|$)")
"""What a row of accepted answers begins with, behind its bullet."""
GAP_ROW = re.compile(r"\[\[(?P<gap>[^\]\n]+)\]\][ \t]*(?=[^=\s])")
"""What a row of a dropdown's choices begins with, behind its bullet."""

_WRAPPER = re.compile(r"[ \t]*(?:\?\?\?\+?|!!!|</?(?:details|summary|div|section|center)\b)", re.IGNORECASE)
_ANSWER_WORD = re.compile(
    r"answer|solution|explanation|correct|lösung|antwort|respuesta|réponse|答案|解答", re.IGNORECASE
)


def is_wrapper(raw: str) -> bool:
    """Whether a line only wraps others: `<details>`, `</div>`, MkDocs' `??? question "Show"`."""
    return _WRAPPER.match(raw) is not None


def is_answer_wrapper(raw: str) -> bool:
    """Whether a line opens a box that holds the answer: `<summary>Answer</summary>`, `??? success "Answer"`."""
    return is_wrapper(raw) and _ANSWER_WORD.search(raw) is not None


KEY_PREFIX = re.compile(
    r"(?:correct(?:[ \t]+answers?)?|answers?|ans|right)[ \t]*(?:[:：—–-]|is\b)[ \t]*(?:\*\*)?[ \t]*", re.IGNORECASE
)
"""What may stand between a key's number and its letters: `Q1 — Correct: C`."""
NUMBERED_ANSWERS = re.compile(r"(?<![\w.])(?P<number>\d{1,3})[ \t]*[-–.:)=][ \t]*(?P<letter>[A-Za-z])(?![A-Za-z])")
"""Entries of a key on one line: `1-b, 2-d, 3-a`."""
ANSWER_IN_TEXT = re.compile(
    r"^\W{0,4}(?P<first>[A-Z])[).:](?=[ \t*]|$)|\b(?:correct|right)?[ \t]*(?:answer|option|choice)s?[ \t]*(?:is|are|:|=)"
    r"[ \t]*[*_(]{0,3}(?P<said>[A-Z])(?![a-z])",
    re.IGNORECASE,
)
"""The letter that an explanation names: `The correct answer is **B**.`"""
COMMENT_ANSWER = re.compile(r"\banswers?\s*[=:]\s*(?P<letters>[A-Za-z](?:\s*,\s*[A-Za-z])*)\b", re.IGNORECASE)
COMMENT_OBJECTIVE = re.compile(r"\bobjective\s*[=:]\s*(?P<text>[^;]+)", re.IGNORECASE)
