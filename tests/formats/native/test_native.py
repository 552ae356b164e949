"""The model as JSON: nothing is lost, and what is wrong with a file is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its stubs are not worth a dependency
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source
from stemkey.formats.native.reader import read_json
from stemkey.formats.native.schema import make_schema, shipped_schema
from stemkey.formats.native.writer import write_json
from stemkey.model import Quiz
from stemkey.options import NoOptions


def write(quiz: Quiz) -> str:
    (data,) = write_json(quiz, NoOptions()).values()
    return data.decode()


def read(text: str, found: Diagnostics | None = None) -> Quiz:
    return read_json(Source("week3.json", text.encode()), NoOptions(), found if found is not None else Diagnostics())


def problems(text: str) -> list[tuple[str, str | None, str]]:
    found = Diagnostics()
    read(text, found)
    return [
        (finding.code, f"{place.line}:{place.column}" if isinstance(place, Span) else None, finding.message)
        for finding in found
        for place in [finding.place]
    ]


def a_quiz(**item: Any) -> dict[str, Any]:
    choices = [{"identifier": "A", "content": "3"}, {"identifier": "B", "content": "4", "credit": "1"}]
    whole = {
        "identifier": "week3-q1",
        "number": "1",
        "body": "<p>2 + 2?</p>",
        "interactions": [{"type": "choice", "choices": choices}],
    }
    return {"schema": 1, "quiz": {"identifier": "week3", "sections": [{"items": [{**whole, **item}]}]}}


@given(quizzes())
@settings(max_examples=20, deadline=None)
def test_every_field_of_the_model_comes_back(quiz: Quiz) -> None:
    found = Diagnostics()
    assert read(write(quiz), found) == quiz
    assert not list(found)


@given(quizzes())
@settings(max_examples=20, deadline=None)
def test_what_is_written_is_valid_by_the_schema_that_ships(quiz: Quiz) -> None:
    validator = Draft202012Validator(shipped_schema())
    assert not list(validator.iter_errors(json.loads(write(quiz))))


def test_the_schema_that_ships_is_fresh() -> None:
    assert shipped_schema() == make_schema(), (
        "refresh it: python -m stemkey.formats.native.schema > src/stemkey/formats/native/quiz.schema.json"
    )


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(shipped_schema())


def test_the_example_of_the_manual_is_a_quiz(repository: Path) -> None:
    page = (repository / "docs" / "formats" / "json.md").read_text(encoding="utf-8")
    example = page.split("```json\n")[1].split("```")[0]
    assert problems(example) == []
    assert write(read(example)) == example


def test_a_question_knows_its_line() -> None:
    text = write(read(json.dumps(a_quiz())))
    (item,) = read(text).items
    assert item.span is not None
    assert text.splitlines()[item.span.line - 1].strip() == "{"
    assert '"week3-q1"' in text.splitlines()[item.span.line]


def test_credits_may_be_numbers_and_are_exact() -> None:
    document = json.dumps(a_quiz(points=0.1))
    (item,) = read(document).items
    assert str(item.points) == "1/10"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "1:1", "this is not JSON: expecting value"),
        ('{"schema": 1,\n}', "2:1", "this is not JSON: expecting a key in double quotes"),
        ('{"schema": 1} x', "1:15", "this is not JSON: something follows the end"),
        ('{"schema": NaN}', "1:12", "this is not JSON: there is no number NaN in JSON"),
        ('{"quiz": {"sections": [{"items": [{"a" 1}]}]}}', "1:40", "this is not JSON: expecting ':' delimiter"),
        ('{"a": "\\x"}', "1:8", "this is not JSON: a backslash begins no escape of JSON's; write it twice"),
        ('{"a": "b', "1:7", "this is not JSON: a text that begins here has no end"),
        ("[" * 100_000, "1:1", "this is not JSON: it is nested too deeply"),
    ],
)
def test_what_is_no_json_says_where(text: str, place: str, message: str) -> None:
    assert problems(text) == [("R701", place, message)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "this JSON is not a quiz: it is a list, not an object"),
        ('{"quiz": {}}', 'this JSON is not a quiz: it has no "schema"'),
        ('{"schema": 2, "quiz": {}}', 'this JSON is not a quiz: "schema" is 2, not 1'),
        ('{"schema": "1", "quiz": {}}', 'this JSON is not a quiz: "schema" is "1", not 1'),
        ('{"schema": 1}', 'this JSON is not a quiz: it has no "quiz"'),
    ],
)
def test_other_json_is_no_quiz(text: str, message: str) -> None:
    assert [(code, words) for code, _, words in problems(text)] == [("R702", message)]


ITEM = "quiz.sections[0].items[0]"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"points": "two"}, f'R703: {ITEM}.points is "two", not a number or a fraction like "1/3"'),
        ({"points": "1/0"}, f'R703: {ITEM}.points is "1/0", not a number or a fraction like "1/3"'),
        ({"points": 1e999}, "R701: this is not JSON: there is no number Infinity in JSON"),
        ({"title": 3}, f"R703: {ITEM}.title is 3, not a text"),
        ({"tags": "a"}, f'R703: {ITEM}.tags is "a", not a list'),
        ({"tags": ["a", None]}, f"R703: {ITEM}.tags[1] is null, not a text"),
        ({"feedback": []}, f"R703: {ITEM}.feedback is a list, not an object"),
        ({"body": None}, f"R703: {ITEM}.body is null, not a text"),
        ({"titel": "x"}, f"R705: {ITEM} has a key 'titel', which means nothing there; it is not read"),
        ({"interactions": [{}]}, f"R704: {ITEM}.interactions[0] has no 'type'"),
        ({"interactions": [{"type": "choise"}]}, f'R703: {ITEM}.interactions[0].type is "choise", not one of '),
        ({"interactions": [{"type": "choice"}]}, f"R704: {ITEM}.interactions[0] has no 'choices'"),
        ({"title": "\ud800"}, f'R703: {ITEM}.title is "\ud800", not a text that Unicode can hold'),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named_by_its_path(change: dict[str, Any], expected: str) -> None:
    (problem,) = problems(json.dumps(a_quiz(**change)))
    assert f"{problem[0]}: {problem[2]}".startswith(expected)


def test_every_problem_of_a_question_is_named_in_one_run() -> None:
    text = json.dumps(a_quiz(points="two", title=3, penalty=[], body=0), indent=1)
    lines = text.splitlines()
    for code, place, message in problems(text):
        name = message.split(" ", 1)[0].rpartition(".")[2]
        assert code == "R703"
        assert f'"{name}"' in lines[int((place or "").split(":")[0]) - 1]
    assert len(problems(text)) == 4


def test_a_broken_question_is_left_out_and_the_others_are_read() -> None:
    document = a_quiz()
    items = document["quiz"]["sections"][0]["items"]
    items.append({**items[0], "number": "2", "points": "two"})
    items.append({**items[0], "number": "3"})
    found = Diagnostics()
    assert [item.number for item in read(json.dumps(document), found).items] == ["1", "3"]
    assert [finding.item for finding in found] == ["2"]


def test_a_key_that_is_there_twice_is_named() -> None:
    text = json.dumps(a_quiz()).replace('"number": "1"', '"number": "1", "number": "2"')
    assert [code for code, _, _ in problems(text)] == ["R706"]


def test_a_match_with_a_target_that_is_not_there_is_refused() -> None:
    interaction = {
        "type": "match",
        "pairs": [{"identifier": "p1", "source": "a", "target": "t9"}],
        "targets": [{"identifier": "t1", "content": "x"}, {"identifier": "t1", "content": "y"}],
    }
    assert [code for code, _, _ in problems(json.dumps(a_quiz(interactions=[interaction])))] == ["R708", "R707"]


def test_a_file_that_is_no_base64_is_refused() -> None:
    document = a_quiz()
    document["quiz"]["assets"] = {"plot.png": "%%%"}
    assert problems(json.dumps(document))[0][2] == 'quiz.assets.plot.png is "%%%", not a file in base64'


def test_scripts_are_left_out_with_a_warning() -> None:
    found = Diagnostics()
    (item,) = read(json.dumps(a_quiz(body="<p onclick='x()'>Stem</p><script>x()</script>")), found).items
    assert item.body == "<p>Stem</p>"
    assert [finding.name for finding in found] == ["markup-left-out"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["choice", "1/3", "A"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "items", "sections", "body", "choices", "identifier", "number"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_json_in_the_place_of_a_quiz_gives_findings_and_no_traceback(value: Any) -> None:
    found = Diagnostics()
    quiz = read(json.dumps({"schema": 1, "quiz": value}), found)
    assert found.has_errors or list(quiz.items) == []
