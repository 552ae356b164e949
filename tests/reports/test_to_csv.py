"""questions.csv."""

import csv
from dataclasses import replace
from io import StringIO

import pytest
from tests.reports.classroom import make_results

from stemkey.reports.results import Results
from stemkey.reports.to_csv import guarded, write_csv

CONTRACT = (
    "number,identifier,title,points,n,answered,omitted,not_reached,facility,standard_deviation,item_total,item_rest,"
    "discrimination_index,alpha_if_deleted,flags,key"
)


def rows(results: Results) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(write_csv(results)["questions.csv"].decode("utf-8"))))


def test_the_columns_are_those_of_the_contract_then_three_for_each_choice() -> None:
    header = write_csv(make_results())["questions.csv"].decode().split("\n")[0]
    choices = ",".join(f"{label}_count,{label}_proportion,{label}_point_biserial" for label in "ABCD")
    assert header.startswith(f"{CONTRACT},{choices}")


def test_numbers_read_back_as_the_same_numbers() -> None:
    results = make_results()
    for row, item in zip(rows(results), results.analysis.items, strict=True):
        assert float(row["facility"]) == item.facility
        assert float(row["item_rest"]) == item.item_rest
        assert float(row["B_proportion"]) == item.choices[1].proportion
        assert int(row["A_count"]) == item.choices[0].count


def test_what_is_not_defined_is_empty() -> None:
    results = make_results(candidates=1)
    first = rows(results)[0]
    assert (first["item_rest"], first["standard_deviation"]) == ("", "")
    assert first["n"] == "1"


def test_the_key_and_the_flags_are_in_words_and_codes() -> None:
    table = rows(make_results())
    assert [row["key"] for row in table] == list("BBACBDABCA")
    assert table[6]["flags"] == "A204 A206"
    assert table[0]["flags"] == ""


def test_an_item_with_fewer_choices_leaves_their_columns_empty() -> None:
    results = make_results()
    items = list(results.analysis.items)
    items[0] = replace(items[0], choices=items[0].choices[:2])
    shorter = replace(results, analysis=replace(results.analysis, items=tuple(items)))
    assert rows(shorter)[0]["D_count"] == ""
    assert rows(shorter)[0]["B_count"] != ""


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "-1+1", "+", "-"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.25", "-1,5", "-2e-3", "-3 %", "A=1", "", "'=1", "<b>"])
def test_a_number_or_any_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_a_title_that_begins_like_a_formula_is_guarded_and_an_identifier_never() -> None:
    results = make_results()
    items = list(results.analysis.items)
    items[0] = replace(items[0], title='=HYPERLINK("http://evil.example")', identifier="-q1")
    hostile = replace(results, analysis=replace(results.analysis, items=tuple(items)))
    assert rows(hostile)[0]["title"] == '\'=HYPERLINK("http://evil.example")'
    assert rows(hostile)[0]["identifier"] == "-q1"


def test_the_same_results_give_the_same_bytes() -> None:
    assert write_csv(make_results()) == write_csv(make_results())
    assert b"\r" not in write_csv(make_results())["questions.csv"]
