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


KEY_TITLE = re.compile(
    r"[\s*_#]*(?:the\s+)?(?:answer[ -]?(?:key|sheet|list)s?|answers|keys?|solutions|correct answers|lösungen|lösungsschlüssel|antworten"
    r"|respuestas|respostas|réponses|corrigé|soluciones|gabarito|risposte|soluzioni|odpowiedzi|antwoorden|答案|参考答案|解答|정답|ответы)"
    r"[\s*_]*[:：]?[\s*_]*$",
    re.IGNORECASE,
)
"""A line of text that is the title of an answer key, though it is no heading: `**Answer Key**`, `ANSWERS:`."""


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

CONTENTS_HEADING = re.compile(
    r"\W*(?:table of contents|contents|toc|inhalt(?:sverzeichnis)?|índice|indice|sommaire|table des matières|sommario|目次|目录)\W*$",
    re.IGNORECASE,
)
"""A heading above a list of what is in the file: it makes no section, and the list is no text of the quiz."""
JUMP = re.compile(r"[\s*_>-]*\[[^\[\]\n]*\]\(#[^()\s]*\)[\s*_]*$")
"""A line that only leads to another place in the file."""

QUESTION_WORDS = (
    "questions?|quiz question|ques|q|frage|fragestellung|pregunta|pergunta|questão|questao|domanda|quesito|vraag|pytanie"
    "|otázka|kérdés|soru|soal|pertanyaan|câu(?: hỏi)?|fråga|spørgsmål|spørsmål|kysymys|întrebarea|вопрос|питання|سؤال"
    "|问题|問題?|题目|第|문제|문항|질문|item"
)
"""What people call a question, before its number."""
TASK_WORDS = "aufgabe|ejercicio|esercizio|zadanie|задание|oppgave|opgave"
"""What people call a task, which is a question of ours only where it has options."""

_LABELS = {
    "explanation": "explanation|explanations|explain|rationale|reason|reasoning|why|feedback|erklärung|begründung"
    "|explicación|explicação|explication|spiegazione|uitleg|解析|解説",
    "correct": "correct|if correct|when correct|feedback if correct",
    "incorrect": "incorrect|wrong|if incorrect|if wrong|when wrong|feedback if incorrect",
    "partial": "partly correct|partially correct|if partly correct",
    "hint": "hint|tip|hinweis|pista|indice|suggerimento",
    "answer": "answers?|(?:the )?correct answers?(?: is| are)?|right answers?|correct options?|correct choices?|key|answer key|ans|solution"
    "|antwort|antworten|richtige antwort(?:en)?|lösung|respuestas?|respuestas? correctas?|respostas?|respostas? corretas?|resposta certa|gabarito"
    "|réponses?|bonnes? réponses?|réponses? correctes?|risposte|risposta|risposta corretta|risposte corrette|risposta esatta|juiste antwoord|antwoord"
    "|odpowied(?:ź|zi)|poprawn[ae](?: odpowied(?:ź|zi))?|prawidłow[ae] odpowied(?:ź|zi)|správná odpověď|helyes válasz|doğru cevap|cevap|jawaban|jawaban benar|kunci jawaban"
    "|đáp án|đáp án đúng|rätt svar|svar|riktig svar|oikea vastaus|răspuns(?: corect)?|правильн(?:ый|ые) ответы?|ответы?|правильна відповідь|відповідь"
    "|答案|正确答案|正解|答え|解答|答|정답|답",
    "otherwise": "otherwise|any other answer|else",
    "notes": "grader notes?|notes for graders?|grading notes?|model answer|rubric|marking|sample answer|expected answer",
    "template": "template|response template",
}
_ALTERNATIVES = "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
LABELLED = re.compile(
    rf"(?:[-*+>][ \t]+)?(?:[^\w\s*_>`#|\[\](){{}}<$\\-]{{1,3}}[ \t]*)?[*_]{{0,3}}(?:[^\w\s*_>`#|\[\](){{}}<$\\-]{{1,3}}[ \t]*)?(?:{_ALTERNATIVES})(?:[ \t]*\((?P<options>[^()]*)\))?[ \t]*(?:[*_]{{1,3}}[ \t]*[:：]|[:：][*_]{{0,3}})[ \t]*",
    re.IGNORECASE,
)
"""A line that says what it is: `- Explanation: …`, `**Answer:** B`. The matched group's name is what it is."""

STRUCTURE_WORDS = frozenset(
    re.findall(
        r"[^\W\d_]{2,}",
        " ".join([*_LABELS.values(), KEY_HEADING.pattern, PLAIN_HEADING.pattern, INSTRUCTIONS_HEADING.pattern]).lower()
        + " question frage pregunta pergunta domanda item option choice the is and are right richtig und et"
        " wildcards to significant digits amp lt gt quot nbsp",
    )
)
"""Words that say what a line is, and are no text of the quiz: `Question`, `Answer`, `Lösung`."""

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

LABELLED_SETTING = re.compile(
    r"[ \t]*(?:::(?P<short>[A-Za-z][\w-]{0,30})[ \t]*=|(?:[-*+][ \t]+)?[*_]{0,3}"
    r"(?P<name>type|time(?:[ -]limit)?|points?|marks?|difficulty|level|topics?|tags?|keywords|category|(?:learning )?objectives?"
    r"|bloom(?:['’]s)?(?: level)?|imposters?)[*_]{0,3}[ \t]*[:：])[*_]{0,3}[ \t]*(?P<value>\S[^\n]{0,59})$",
    re.IGNORECASE,
)
"""A line of its own that says something about a question: `Points: 2`, `**Difficulty:** easy`, `::time=30`."""

_POINTS = re.compile(
    r"[(\[][ \t]*(?P<points>\d{1,3}(?:[.,]\d{1,2})?)[ \t-]*(?:points?|pts?\.?|marks?|punkte?|puntos?|pontos?|分|点)[ \t]*"
    r"(?P<each>each|apiece|per question)?[ \t]*[)\]]",
    re.IGNORECASE,
)


def points_said(text: str, *, each: bool = False) -> str:
    """Return the points that a line says at its beginning or end, `(2 points)`; `each`: those of every question below."""
    text = text.strip(" \t*_:.")
    for match in _POINTS.finditer(text):
        if bool(match["each"]) == each and (match.start() == 0 or match.end() == len(text)):
            return match["points"].replace(",", ".")
    return ""


_WRAPPER = re.compile(
    r"[ \t]*(?:\?\?\?\+?|!!!|</?(?:details|summary|div|section|center)\b|</?(?:p|br)[ \t]*/?>[ \t]*$)", re.IGNORECASE
)
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
    r"^\W{0,4}(?P<first>[A-Z])[).:](?=[ \t*]|$)"
    r"|\b(?:(?:correct|right)?[ \t]*(?:answer|option|choice)s?[ \t]*(?:is|are|:|=)"
    r"|(?:richtige[nr]? (?:antwort|option|lösung)|korrekte antwort)(?: ist| lautet|:)"
    r"|(?:respuesta|opción|alternativa) correcta(?: es|:)(?: la)?|(?:resposta|alternativa|opção) corret[ao](?: é|:)(?: a)?"
    r"|(?:bonne réponse|réponse correcte)(?: est|:)(?: la)?|risposta (?:corretta|esatta)(?: è|:)(?: la)?|juiste antwoord(?: is|:)"
    r"|poprawna odpowiedź(?: to|:)|правильный ответ(?:[ \t]*[-—:]))"
    r"[ \t]*[*_(]{0,3}(?P<said>[A-Z])(?![a-z])",
    re.IGNORECASE,
)
"""The letter that an explanation names: `The correct answer is **B**.`"""
COMMENT_ANSWER = re.compile(r"\banswers?\s*[=:]\s*(?P<letters>[A-Za-z](?:\s*,\s*[A-Za-z])*)\b", re.IGNORECASE)
COMMENT_OBJECTIVE = re.compile(r"\bobjective\s*[=:]\s*(?P<text>[^;]+)", re.IGNORECASE)
