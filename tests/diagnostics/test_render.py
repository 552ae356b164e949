"""Findings as people and programs see them."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemkey.diagnostics import CellSpan, Diagnostic, Place, Severity, Span
from stemkey.diagnostics.render import (
    MAXIMUM_SHOWN,
    describe_place,
    mark,
    render_github,
    render_summary,
    render_text,
    to_json,
    visible,
)


def finding(
    message: str = "answer 'F' is not one of the choices A, B, C",
    *,
    place: Place | None = None,
    hint: str | None = "use one of A, B, C, or add choice F",
    severity: Severity = Severity.ERROR,
    item: str | None = None,
) -> Diagnostic:
    return Diagnostic(
        code="R101", name="answer-not-a-choice", severity=severity, message=message, hint=hint, place=place, item=item
    )


def test_a_finding_shows_its_line_with_a_caret() -> None:
    source = "1. Stem\nA. one\nANSWER: F\n"
    assert render_text([finding(place=Span("quiz.txt", 3, 9))], {"quiz.txt": source}) == (
        "error[R101]: answer 'F' is not one of the choices A, B, C\n"
        " --> quiz.txt:3:9\n"
        "  |\n"
        "3 | ANSWER: F\n"
        "  |         ^\n"
        "  = help: use one of A, B, C, or add choice F\n"
    )


def test_the_gutter_grows_with_the_line_number() -> None:
    shown = render_text([finding(place=Span("q.md", 100, 1, 3), hint=None)], {"q.md": "\n" * 99 + "abc"})
    assert shown.splitlines()[1:] == ["   --> q.md:100:1", "    |", "100 | abc", "    | ^^^"]


def test_a_cell_is_named_as_the_spreadsheet_program_names_it() -> None:
    shown = render_text([finding(place=CellSpan("sheet.xlsx", "Responses", 9, "F"), hint=None)], {})
    assert shown.splitlines()[1] == ' --> sheet.xlsx, sheet "Responses", row 9, column F'


def test_a_place_without_its_text_is_named_all_the_same() -> None:
    shown = render_text([finding(place=Span("inside.zip/items.xml", 3, 9), item="7")], {})
    assert " --> inside.zip/items.xml:3:9, question 7\n" in shown
    assert " | " not in shown


def test_a_finding_without_a_place_names_its_question() -> None:
    assert describe_place(None, "3") == "question 3"
    assert describe_place(None) == ""


def test_a_line_number_beyond_the_text_shows_no_line() -> None:
    assert " | " not in render_text([finding(place=Span("q.md", 9))], {"q.md": "one line"})


@pytest.mark.parametrize(
    ("line", "column", "width", "shown", "carets"),
    [
        ("ANSWER: F", 9, 1, "ANSWER: F", "        ^"),
        ("ab", 9, 4, "ab", "  ^"),
        ("ab", 1, 9, "ab", "^^"),
        ("\tab", 2, 2, "    ab", "    ^^"),
        ("a\tb", 3, 1, "a   b", "    ^"),
        ("漢字 x", 4, 1, "漢字 x", "     ^"),
        ("漢字", 2, 1, "漢字", "  ^^"),
        ("e\u0301x", 3, 1, "e\u0301x", " ^"),
        ("\x1b[31mred", 6, 3, "␛[31mred", "     ^^^"),
        ("\u202eab", 2, 1, "<U+202E>ab", "        ^"),
        ("", 1, 1, "", "^"),
    ],
)
def test_the_caret_stands_below_what_it_marks(line: str, column: int, width: int, shown: str, carets: str) -> None:
    assert mark(line, column, width) == (shown, carets)


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    line = "a" * 300 + "KEY" + "b" * 300
    shown, carets = mark(line, 301, 3)
    assert shown.startswith("…a")
    assert shown.endswith("b…")
    assert len(shown) < 120
    assert shown[carets.index("^") : carets.index("^") + 3] == "KEY"
    assert carets.endswith(" ^^^")


@given(st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: text.replace("\n", "")), st.data())
def test_the_caret_marks_the_same_place_in_every_line(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(line) + 3))
    width = data.draw(st.integers(0, len(line) + 3))
    shown, carets = mark(line, column, width)
    assert "\n" not in shown
    assert set(carets) <= {" ", "^"}
    assert carets.strip(" ")
    assert not [character for character in shown if unicodedata.category(character) == "Cc"]


def test_users_text_cannot_steer_the_terminal() -> None:
    shown = render_text(
        [finding("the key '\x1b[2J\x07\u202e' is odd", place=Span("q\x1b.md", 1), hint="drop '\r'")],
        {"q\x1b.md": "\x1b]0;title\x07"},
    )
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\r" not in shown
    assert "␛[2J␇<U+202E>" in shown


@given(st.text())
def test_visible_text_is_one_line_without_control_characters(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Zl", "Zp", "Cs"}
    assert shown.splitlines() in ([], [shown])


def test_what_people_write_stays_as_written() -> None:
    for text in ("Größe – “α ≤ β”", "日本語", "👩\u200d🏫", "می\u200cخواهم", "a\u00a0b"):
        assert visible(text) == text


def test_colour_only_adds_colour() -> None:
    findings = [finding(place=Span("q.md", 1, 2)), finding(severity=Severity.WARNING)]
    coloured = render_text(findings, {"q.md": "abc"}, colour=True)
    plain = coloured
    for code in ("1;31", "1;33", "1;34", "1", "0"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == render_text(findings, {"q.md": "abc"})
    assert plain != coloured


def test_many_findings_of_one_code_are_folded() -> None:
    places = [Span(f"{index % 2}.md", 1) for index in range(MAXIMUM_SHOWN + 120)]
    shown = render_text([finding(place=place, hint=None) for place in places], {})
    assert shown.count(" --> ") == MAXIMUM_SHOWN
    assert shown.endswith("error[R101]: and 120 more answer-not-a-choice in 2 files; --json shows every one\n")


def test_github_gets_one_annotation_each() -> None:
    text = render_github([finding("100 % off,\nhere", place=Span("a,b.md", 3, 9, 2))])
    assert text == (
        "::error file=a%2Cb.md,line=3,col=9,endColumn=11,title=R101 answer-not-a-choice"
        "::100 %25 off,%0Ahere%0Ahelp: use one of A, B, C, or add choice F\n"
    )


def test_github_is_told_the_cell_in_words() -> None:
    place = CellSpan("class.csv", None, 9, "F")
    text = render_github([finding("odd", place=place, hint=None, severity=Severity.INFO)])
    assert text == "::notice file=class.csv,title=R101 answer-not-a-choice::class.csv, row 9, column F: odd\n"


def test_json_has_every_key_of_the_contract() -> None:
    keys = ["source", "line", "column", "sheet", "row", "cell", "item"]
    place = to_json(finding(place=Span("q.md", 3, 9), item="2"))["place"]
    assert place == dict(zip(keys, ["q.md", 3, 9, None, None, None, "2"], strict=True))
    place = to_json(finding(place=CellSpan("s.xlsx", "Sheet1", 9, "F")))["place"]
    assert place == dict(zip(keys, ["s.xlsx", None, "F", "Sheet1", 9, "F9", None], strict=True))
    assert to_json(finding())["place"] is None
    assert list(to_json(finding())) == ["code", "name", "severity", "message", "hint", "place"]
    assert json.loads(json.dumps(to_json(finding())))["severity"] == "error"


def test_the_summary_counts_by_severity() -> None:
    two_errors = [finding(), finding(), finding(severity=Severity.WARNING)]
    assert render_summary(two_errors, 1) == "2 errors, 1 warning in 1 file"
    assert render_summary([finding(severity=Severity.INFO)], 2) == "1 note in 2 files"
    assert render_summary([], 1) == "no findings in 1 file"
