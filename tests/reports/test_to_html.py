"""report.html: what it holds, that nothing in it can become markup, and what a browser makes of it."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.reports.classroom import HOSTILE_ANSWERS, HOSTILE_NAMES, make_quiz, make_regraded_results, make_results
from tests.reports.programs import look, pdf_text, print_pdf

from stemkey.diagnostics import Diagnostic, Severity
from stemkey.model import Content
from stemkey.reports.page_content import page_content
from stemkey.reports.results import Results
from stemkey.reports.to_html import write_html
from stemkey.scoring.answer_key import Judgement, Status


def page(results: Results) -> str:
    return write_html(results)["report.html"].decode("utf-8")


class Markup(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


def hostile() -> Results:
    """A class whose names, answers, title and findings try to become markup."""
    results = make_results(names=HOSTILE_NAMES)
    people = list(results.candidates or ())
    for index, answer in enumerate(HOSTILE_ANSWERS):
        judgement = Judgement(Status.INVALID, answer, people[0].score * 0, 0)
        people[index] = replace(people[index], items=(judgement, *people[index].items[1:]))
    attack = '"><script>alert(9)</script><img src=x onerror=alert(9)>'
    finding = Diagnostic(code="S399", name="x", severity=Severity.ERROR, message=attack, hint=attack, item=attack)
    items = list(results.analysis.items)
    items[0] = replace(
        items[0],
        number=attack,
        title=attack,
        choices=(replace(items[0].choices[0], text=attack, label=attack), *items[0].choices[1:]),
    )
    return replace(
        results,
        title=attack,
        candidates=tuple(people),
        analysis=replace(results.analysis, items=tuple(items)),
        record=replace(results.record, quiz_source=attack, rules=(attack,), assumptions=(attack,)),
        diagnostics=(*results.diagnostics, finding),
    )


def test_names_and_answers_never_become_markup() -> None:
    plain, attacked = Markup(page(make_results())), Markup(page(hostile()))
    assert {tag for tag, _ in attacked.elements} == {tag for tag, _ in plain.elements}
    assert len(list(attacked.all("script"))) == 1
    handlers = [name for _, attributes in attacked.elements for name in attributes if name.startswith("on")]
    assert handlers == []
    known = {name for _, attributes in plain.elements for name in attributes}
    assert {name for _, attributes in attacked.elements for name in attributes} <= known
    words = "".join(attacked.words)
    for name in HOSTILE_NAMES:
        assert name in words
    for answer in HOSTILE_ANSWERS:
        assert answer in words


def test_the_page_loads_nothing_and_its_policy_lets_nothing_load() -> None:
    markup = Markup(page(hostile()))
    addresses = [
        value for _, attributes in markup.elements for name, value in attributes.items() if name in {"src", "href"}
    ]
    assert addresses
    assert all(value is not None and value.startswith(("#", "data:image/png;base64,")) for value in addresses)
    policy = next(attributes["content"] for attributes in markup.all("meta") if attributes.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "url(" not in page(make_results())
    assert "@import" not in page(make_results())


def test_every_part_that_the_manual_names_is_there() -> None:
    text = page(make_results())
    for name in ("glance", "grading", "questions", "items", "candidates", "findings", "definitions"):
        assert f'<section id="{name}"' in text
    assert text.count('<article class="item"') == 10
    assert text.count("✓ key</span>") == 10
    assert "Quiz file, SHA-256" in text
    assert "damaged: no score, the total is provisional" in text
    assert "quizzes/day51.md, line 70" in text
    assert "negative discrimination" in text


def test_a_committee_sees_what_was_decided_after_the_exam_and_for_whom() -> None:
    text = " ".join("".join(Markup(page(make_regraded_results())).words).split())
    assert "Decided after the exam" in text
    assert "7AA,C11as always" in text.replace(" ", "").replace("asalways", "as always")
    assert "dropped: for nobody" in text
    assert "bonus: not in the maximum" in text
    assert "Whom the decisions affect" in text
    assert "Decided after the exam" not in page(make_results())


def test_every_table_has_a_caption_and_heads_with_a_scope() -> None:
    text = page(make_results())
    assert text.count("<table") == text.count("<caption")
    assert re.findall(r"<th(?! scope=)[^e][^>]*>", text) == []


def test_headings_leave_no_level_out() -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page(make_results()))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_number_that_is_not_defined_is_a_dash() -> None:
    text = page(make_results(candidates=1))
    assert "<dt>Cronbach&#39;s alpha" in text or "<dt>Cronbach's alpha" in text
    assert 'data-v="">–</td>' in text
    assert "nan" not in text.lower().replace("finance", "")


@pytest.mark.parametrize(
    "results", [make_results(items=1), make_results(candidates=2), make_results(listed=False), make_results(items=40)]
)
def test_small_long_and_unlisted_classes_have_a_page_too(results: Results) -> None:
    assert page(results).rstrip().endswith("</html>")


def test_a_matrix_too_large_for_a_phone_is_elsewhere() -> None:
    results = make_results()
    many = replace(results, candidates=(results.candidates or ()) * 140)
    text = page(many)
    assert '<table class="matrix">' not in text
    assert "report.xlsx, sheet Responses" in text
    assert '<table class="matrix">' in page(results)


def test_the_same_results_give_the_same_bytes() -> None:
    assert write_html(make_results()) == write_html(make_results())


def test_an_image_comes_along_and_one_from_elsewhere_stays_there() -> None:
    assets = make_quiz().assets
    shown = page_content(Content('<p><img src="plot.png" alt="a &quot;plot&quot;"></p>'), assets)
    assert shown.startswith('<p><img src="data:image/png;base64,')
    assert 'alt="a &quot;plot&quot;"' in shown
    away = page_content(Content('<p><img src="https://tracker.example/x.png" alt="x"></p>'), assets)
    assert away == '<p><span class="tag info">image: x</span></p>'


def test_content_keeps_out_of_the_pages_own_outline_and_names() -> None:
    assert page_content(Content('<h1 id="main">T</h1><p id="x" class="y">a</p>'), {}) == (
        '<p><strong>T</strong></p><p class="y">a</p>'
    )
    assert "hidden" in page_content(Content('<p>a <span data-gap="1"></span></p>'), {})


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Any]:
    """What a browser makes of the hostile class's page."""
    target = tmp_path_factory.mktemp("page") / "report.html"
    target.write_bytes(write_html(hostile())["report.html"])
    return look(target, repository)


def test_a_browser_finds_nothing_to_complain_about(seen: dict[str, Any]) -> None:
    assert seen["errors"] == []
    assert seen["requests"] == []
    assert seen["violations"] == []
    assert set(seen["overflow"].values()) == {0}, "the page scrolls sideways"
    assert seen["focus"][0] == "Skip to the report"
    assert seen["withoutScript"] > 5000


def test_tables_can_be_sorted_with_the_keyboard(seen: dict[str, Any]) -> None:
    said = seen["sorted"]
    assert said["up"] == sorted(said["up"], key=int)
    assert said["down"] == sorted(said["down"], key=int, reverse=True)
    assert said["status"] == "sorted by Omitted, descending"


def test_on_paper_nothing_is_left_out_and_pages_are_numbered(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_bytes(write_html(make_results())["report.html"])
    pages = pdf_text(print_pdf(target, tmp_path))
    words = "\n".join(pages)
    assert f"1 / {len(pages)}" in pages[0]
    assert "Provisional" in words, "the last column of the candidates is cut"
    assert "Matched by" in words, "what is folded on the screen is printed"
    assert words.count("Question 7") >= 1
