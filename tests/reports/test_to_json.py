"""results.json and its schema."""

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its stubs are not worth a dependency
from tests.reports.classroom import HOSTILE_NAMES, make_regraded_results, make_results

from stemkey.reports.results import Results
from stemkey.reports.schema import schema_text
from stemkey.reports.to_json import results_schema, write_json


def read(results: Results) -> Any:
    return json.loads(write_json(results)["results.json"])


@pytest.mark.parametrize(
    "results",
    [
        make_results(),
        make_results(names=HOSTILE_NAMES),
        make_results(listed=False),
        make_results(candidates=1),
        make_results(items=1),
        make_regraded_results(),
    ],
    ids=["class", "hostile names", "too many to list", "one candidate", "one item", "regraded"],
)
def test_results_fit_the_schema(results: Results) -> None:
    Draft202012Validator.check_schema(results_schema())
    errors = [error.message for error in Draft202012Validator(results_schema()).iter_errors(read(results))]
    assert errors == []


def test_the_schema_is_strict() -> None:
    value = read(make_results())
    value["items"][0]["surprise"] = 1
    del value["test"]["mean"]
    messages = [error.message for error in Draft202012Validator(results_schema()).iter_errors(value)]
    assert len(messages) == 2


def test_the_schema_that_ships_is_the_one_that_the_columns_make() -> None:
    assert results_schema() == json.loads(schema_text()), "python -m stemkey.reports.schema > …/results.schema.json"


def test_the_names_are_those_of_the_contract() -> None:
    value = read(make_results())
    assert list(value) == ["schema", "quiz", "source", "candidates", "items", "test", "diagnostics"]
    assert set(value["quiz"]) >= {"title", "identifier", "items", "points"}
    assert set(value["source"]) >= {"files", "attempts", "mapping"}
    assert set(value["source"]["mapping"][0]) == {"column", "number", "by"}
    assert set(value["candidates"][0]) >= {
        "id",
        "name",
        "email",
        "attempt",
        "score",
        "points",
        "percent",
        "provisional",
        "items",
    }
    assert set(value["candidates"][0]["items"][0]) == {"number", "identifier", "response", "credit", "score", "status"}
    assert set(value["items"][0]["choices"][0]) == {
        "label", "identifier", "text", "key", "count", "proportion", "point_biserial", "mean_score",
    }  # fmt: skip
    assert set(value["test"]) == {
        "candidates", "items", "points", "mean", "median", "standard_deviation", "minimum", "maximum", "skewness", "kurtosis",
        "alpha", "alpha_interval", "standard_error_of_measurement",
    }  # fmt: skip
    assert set(value["diagnostics"][0]) == {"code", "name", "severity", "message", "hint", "place"}
    assert set(value["diagnostics"][0]["place"]) == {"source", "line", "column", "sheet", "row", "cell", "item"}


def test_numbers_are_exact() -> None:
    results = make_results()
    value = read(results)
    assert value["test"]["alpha"] == results.analysis.test.alpha
    assert [item["facility"] for item in value["items"]] == [item.facility for item in results.analysis.items]
    assert [person["score"] for person in value["candidates"]] == [person.score for person in results.candidates or ()]


def test_an_unreadable_response_has_no_credit_and_a_blank_has_none_earned() -> None:
    people = read(make_results())["candidates"]
    damaged = people[3]["items"][4]
    assert (damaged["status"], damaged["credit"], damaged["score"]) == ("unreadable", None, None)
    assert people[3]["provisional"] is True
    blanks = [entry for person in people for entry in person["items"] if entry["status"] == "omitted"]
    assert blanks
    assert all((blank["response"], blank["credit"]) == (None, 0) for blank in blanks)


def test_ids_stay_texts_with_their_zeros() -> None:
    assert read(make_results())["candidates"][0]["id"] == "0002371"


def test_above_the_limit_the_candidates_are_null_and_a_finding_names_the_file_that_has_them() -> None:
    value = read(make_results(listed=False))
    assert value["candidates"] is None
    assert "students.csv" in value["diagnostics"][-1]["message"]


def test_undefined_numbers_are_null_never_nan() -> None:
    text = write_json(make_results(candidates=1))["results.json"].decode()
    assert '"alpha": null' in text
    assert "NaN" not in text
    with pytest.raises(ValueError, match="JSON"):
        write_json(_with_alpha(make_results(), float("nan")))


def _with_alpha(results: Results, alpha: float) -> Results:
    test = replace(results.analysis.test, alpha=alpha)
    return replace(results, analysis=replace(results.analysis, test=test))


def test_decisions_after_the_exam_and_grades_are_there() -> None:
    value = read(make_regraded_results())
    assert value["source"]["changes"][0] == {
        "id": "0002371", "score_before": 5, "points_before": 10, "score": 6, "points": 8,
    }  # fmt: skip
    assert {person["grade"] for person in value["candidates"]} == {"pass", "fail"}
    assert read(make_results())["candidates"][0]["grade"] is None


def test_the_same_results_give_the_same_bytes() -> None:
    assert write_json(make_results()) == write_json(make_results())
