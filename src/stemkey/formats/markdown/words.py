"""The words that structure a quiz file, in the languages that people write them in."""

import re

KEY_HEADING = re.compile(
    r"\b(?:answers?|answer[ -]?keys?|keys?|solutions?|correct answers?|lösung(?:en)?|antwort(?:en)?|respuestas?|respostas?"
    r"|réponses?|corrigé|soluciones|gabarito|risposte|soluzioni|odpowiedzi|antwoorden|megoldás(?:ok)?)\b|答案|解答|정답|Ответы",
    re.IGNORECASE,
)
QUESTION_WORD = re.compile(r"\bquestions?\b|\bfragen?\b|\bpreguntas?\b|\bquiz\b|\bproblems?\b", re.IGNORECASE)
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
    r"(?:[ \t]*(?:,|;|\+|&|/|\band\b|\bund\b|\bet\b)[ \t]*\(?[A-Za-z]\)?(?![A-Za-z])"
    r"(?:[ \t]*\([^()]{1,20}\))?)*)"
    r"(?P<end>[ \t]*[).:](?=[ \t*_]|$)[ \t]*|[ \t]*(?=\*\*|__|$)|[ \t]+(?:-|–|—)[ \t]+)"
)
"""The letters of a key and what ends them: `B) text`, `A, C)`, `B`."""
ONE_LETTER = re.compile(r"(?<![A-Za-z])([A-Za-z])(?![A-Za-z])\)?(?:[ \t]*\((?P<credit>[^()]*)\))?")

KEY_ROW = re.compile(r"(?:\[\[(?P<gap>[^\]\n]+)\]\][ \t]*)?=(?:[ \t]+|$)")
"""What a row of accepted answers begins with, behind its bullet."""
GAP_ROW = re.compile(r"\[\[(?P<gap>[^\]\n]+)\]\][ \t]*(?=[^=\s])")
"""What a row of a dropdown's choices begins with, behind its bullet."""
