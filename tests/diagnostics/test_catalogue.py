"""The catalogue: every finding is known and explained by code and by name."""

import subprocess
import sys

import pytest

from stemkey.diagnostics.catalogue import UnknownRuleError, explain, find_rule, load_rules


def test_a_code_is_explained() -> None:
    text = explain("R001")
    assert text.startswith("R001 not-utf8 (error)\n\nThe file holds bytes that are not UTF-8")
    assert text.endswith("\n")


@pytest.mark.parametrize("text", ["r001", " R001 ", "not-utf8", "NOT-UTF8", "not_utf8"])
def test_codes_and_names_are_found_as_people_type_them(text: str) -> None:
    assert find_rule(text).code == "R001"


@pytest.mark.parametrize("text", ["R0001", "not-utf-8"])
def test_a_typo_gets_a_suggestion(text: str) -> None:
    with pytest.raises(UnknownRuleError, match=r"did you mean R001 \(not-utf8\)\?"):
        find_rule(text)


def test_nonsense_is_told_what_codes_look_like() -> None:
    with pytest.raises(UnknownRuleError, match="codes are a letter and three digits"):
        find_rule("€")


def test_rules_are_found_in_modules_that_nobody_imported() -> None:
    assert "R001" in load_rules()
    script = "from stemkey.diagnostics.catalogue import load_rules; print(*load_rules())"
    codes = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert set(codes) >= {"R001", "R010", "R020"}


def test_explaining_loads_nothing_heavy() -> None:
    script = "import sys; from stemkey.diagnostics.catalogue import explain; explain('R001'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert not {"lxml", "openpyxl", "polars", "jinja2"} & set(loaded)
