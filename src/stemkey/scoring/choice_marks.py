"""How people and programs write which options they chose: letters, numbers, words for true and false, blanks."""

import re
import unicodedata

from stemkey.scoring.spelling import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLANKS = frozenset(
    {
        "", "-", "--", "---", "n/a", "(no answer)", "no answer", "[no answer]", "no response", "[no response]",
        "(no response)", "(blank)", "blank", "null", "none", "na", "nan", "<unanswered>", "unanswered", "(unanswered)",
        "not answered", "keine antwort", "sin respuesta", "pas de réponse", "sem resposta",
    }
)  # fmt: skip
"""Folded texts that stand for no answer, where no option is called so."""

ERROR_VALUES = frozenset(
    {
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#NV", "#BEZUG!", "#WERT!",
        "#ZAHL!", "#¡REF!", "#¡VALOR!", "#VALEUR!", "#NOMBRE!", "Err:502", "Err:504", "Err:508", "Err:522",
    }
)  # fmt: skip
"""What spreadsheet programs leave in a text file in place of an answer."""

TRUE_WORDS = _words(
    "true t yes y wahr w richtig r ja vrai v oui verdadero cierto sí si verdadeiro sim vero waar prawda tak pravda ano "
    "sant sann sandt да верно истина правда так істина правильно 正しい はい 対 对 正确 是 참 예 صحيح صواب "
    "נכון doğru evet igaz tosi ✓ ✔ ○"
)
FALSE_WORDS = _words(
    "false f no n falsch nein faux non falso não nao onwaar nee fałsz falsz nie nepravda ne falskt falsk usant нет неверно "
    "ложь неправда ні хибно неправильно 誤り いいえ 错 错误 否 거짓 아니오 خطأ خاطئ לא שגוי yanlış hayır hamis epätosi "
    "✗ ✘ ×"
)

IDLE = frozenset(
    {
        "?", "??", "???", "*", "**", "x", "xx", "idk", "dk", "dunno", "don't know", "dont know", "i don't know",
        "i dont know", "no idea", "not sure", "weiß nicht", "weiss nicht", "ich weiß nicht", "no sé", "no se",
        "je ne sais pas", "não sei", "non so", "mult", "multiple",
    }
)  # fmt: skip
"""Folded texts that say in words that no option was taken seriously: marks that are no option."""

_LETTER = re.compile(
    r"""^[\s>•*_#·-]*                       # Markdown and list marks before it
        (?:(?:option|answer|choice|antwort|réponse|respuesta|resposta|risposta|opción|opção|auswahl)\s*:?\s*)?
        [(\[{]?\s*([A-Za-z])\s*[)\]}.:]*    # the letter, however it is dressed
        [\s*_]*$""",
    re.VERBOSE | re.IGNORECASE,
)
_LETTER_AND_TEXT = re.compile(r"^[\s>•*_#·-]*[(\[]?([A-Za-z])\s?[)\].:]+[*_]*\s*(\S.*)$", re.DOTALL)
_LETTER_DASH_TEXT = re.compile(r"^([A-Za-z])\s+[-–—]\s+(\S.*)$", re.DOTALL)
_SEVERAL = re.compile(
    r"^[(\[{]?\s*[A-Za-z](?:\s*(?:[,;/|&+]|\band\b|\bund\b|\by\b|\bet\b|\s)\s*[A-Za-z])+\s*[,;]?\s*[)\]}]?$"
)
_RUN = re.compile(r"^[(\[{]?([A-Za-z]{2,})[)\]}]?$")
_JOINERS = re.compile(r"\s*(?:[,;/|&+]|\band\b|\bund\b|\by\b|\bet\b|\s)\s*")
_NUMBER = re.compile(r"^[(\[]?\s*(\d{1,2})(?:\.0+)?\s*[)\].:]?$")
_BITS = re.compile(r"^[01]{2,26}$")

# Letters of other alphabets that look like Latin capitals on an answer sheet.
LOOK_ALIKES = str.maketrans("АВСЕНКМОРТХасеорхΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABCEHKMOPTXaceopxABEZHIKMNOPTYX")


def letter(text: str) -> str | None:
    """Return the one letter that a text is, in capitals: `b`, `B)`, `(b)`, `Option B`, `**B**`, full width."""
    found = _LETTER.match(_narrow(text))
    return found[1].upper() if found else None


def letter_and_text(text: str) -> tuple[str, str] | None:
    """Return the letter and the text that follows it: `B) the text`, `- B. the text`."""
    found = _LETTER_AND_TEXT.match(text) or _LETTER_DASH_TEXT.match(text)
    return (found[1].upper(), found[2]) if found else None


def several_letters(text: str) -> tuple[str, ...] | None:
    """Return the letters of `A,C`, `A;C`, `A C`, `A/C`, `A & C`, `AC`; None for anything else."""
    narrow = _narrow(text)
    run = _RUN.match(narrow)
    if run:
        return tuple(run[1].upper())
    if _SEVERAL.match(narrow):
        inner = narrow.strip(" ()[]{},;")
        return tuple(part.upper() for part in _JOINERS.split(inner) if part)
    return None


def number(text: str) -> int | None:
    """Return the option's number that a text is: `2`, `2.0`, `(2)`."""
    found = _NUMBER.match(_narrow(text))
    return int(found[1]) if found else None


def is_letters(text: str) -> bool:
    """Whether a text only names options by letter, and so says nothing about the item: `B`, `A,C`, `AC`; not `gold`."""
    if letter(text) is not None:
        return True
    letters = several_letters(text)
    if letters is None:
        return False
    is_word = len(letters) == len(_narrow(text).strip("()[]{}"))
    return not is_word or (text.isupper() and len(set(letters)) == len(letters) and set(letters) <= set("ABCDEFGH"))


def is_blank(text: str) -> bool:
    """Whether a text stands for no answer."""
    return fold(text) in BLANKS or not text.strip(" \t\r\n\u00a0\u200b-–—_")


def truth(text: str) -> bool | None:
    """Return what a word for true or false means, in the languages of Moodle's translations; None for others."""
    folded = fold(text)
    if folded in TRUE_WORDS or folded == "1":
        return True
    if folded in FALSE_WORDS or folded == "0":
        return False
    return None


def _narrow(text: str) -> str:
    stripped = text.strip()
    return stripped if stripped.isascii() else unicodedata.normalize("NFKC", stripped).strip()
