"""GIFT: Moodle's own exports, files of strangers, and what an escape must save."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.fitting import fit
from stemkey.formats.gift.reader import read_gift
from stemkey.formats.gift.syntax import CARRIES, GiftOptions, escape, find_mark, is_gift, unescape
from stemkey.formats.gift.writer import write_gift
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.model import Item, Quiz, Section
from stemkey.readback import compare

SPECIMENS = Path(__file__).parent / "specimens" / "moodle-4.5"
TWINS = Path(__file__).parent.parent / "moodle" / "specimens" / "moodle-4.5"


def read(text: str | bytes) -> tuple[Quiz, list[str]]:
    found = Diagnostics()
    data = text.encode() if isinstance(text, str) else text
    quiz = read_gift(Source("week3.gift", data), GiftOptions(), found)
    return quiz, [finding.code for finding in found]


def written(quiz: Quiz) -> str:
    (data,) = write_gift(quiz, GiftOptions()).values()
    return data.decode()


@given(st.text(st.sampled_from("\\~=#{}:\nan ")))
def test_an_escaped_text_has_no_marks_and_says_the_same(text: str) -> None:
    assert unescape(escape(text)) == text
    assert all(find_mark(escape(text), mark) < 0 for mark in ("~=", "#", "{", "}"))


@pytest.mark.parametrize("name", ["core", "bio"])
def test_moodles_two_exports_of_a_category_say_the_same(name: str) -> None:
    """Apart from images, which GIFT names without holding them, and from types that it only names."""
    found = Diagnostics()
    data = (TWINS / f"export-{name}.xml").read_bytes()
    whole = fit(
        read_moodle(Source("x.xml", data), MoodleOptions(), found), replace(CARRIES, images=True), "GIFT", Diagnostics()
    )
    gift, _ = read((SPECIMENS / f"export-{name}.gift.txt").read_bytes())
    items = {item.identifier: item for item in gift.items}
    with_images = {key for key, item in items.items() if "@@PLUGINFILE@@" in repr(item)}
    assert set(items) - with_images == {item.identifier for item in whole.items} - with_images
    for item in whole.items:
        if item.identifier in with_images:
            continue
        differences = Diagnostics()
        compare(alone(item), alone(items[item.identifier]), CARRIES, "GIFT", differences)
        assert [finding.message for finding in differences] == []


def alone(item: Item) -> Quiz:
    return Quiz(identifier="x", sections=(Section(items=(item,)),))


def test_what_moodle_could_not_export_is_named() -> None:
    quiz, codes = read((SPECIMENS / "export-core.gift.txt").read_bytes())
    assert (sum(1 for _ in quiz.items), codes.count("R405"), codes.count("R221")) == (15, 9, 5)


def test_files_of_strangers_hold_as_many_questions_as_their_source_says(shared: Path) -> None:
    folder = shared / "data" / "corpus" / "gift"
    # One question of this file has two pairs of braces; the source counted braces.
    known = {"JulieVanHouden__U6-p61-GR-Future-forms.gift": -1}
    with (folder / "SOURCES.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            quiz, _ = read((folder / row["file"]).read_bytes())
            count = sum(1 for item in quiz.items if item.interactions)
            assert count == int(row["questions"]) + known.get(row["file"], 0), row["file"]
            again, _ = read(written(quiz))
            assert again == quiz, row["file"]


def test_a_sure_look_is_right_about_gift_and_about_others(day51: Path) -> None:
    assert is_gift(Source("x.txt", b"::Q1::What?{=a ~b}\n"))
    assert is_gift(Source("x.txt", b"$CATEGORY: a\n\nWhat?{=a ~b}\n"))
    assert not is_gift(Source(day51.name, day51.read_bytes()))
    assert not is_gift(Source("x.xml", (TWINS / "export-bio.xml").read_bytes()))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("What?{=a ~b", ["R400"]),
        ("What? a ~b}", ["R400"]),
        ("What?{=a\n\n~b}", ["R401"]),
        ("$CATEGORY: x\nWhat?{=a ~b}", ["R402"]),
        ("What?{=a -> b =c -> d#no}", ["R403"]),
        ("// [id:1]\na{=x}\n\n// [id:1]\nb{=x}", ["R404"]),
        ("// question: 1  name: CALC\n// [id:x]\n", ["R405"]),
        ("What?{=a ~b} and {=c}", ["R406"]),
        ("What?{#1,5}", ["R407"]),
        ("What?{=a -> b =c}", ["R408"]),
        ("What?{~%15%a =b}", ["R204"]),
        ('[html]<img src\\="@@PLUGINFILE@@/a b.png">{}', ["R221"]),
        ("What \\{ is \\= this?{=a\\#b ~%-50%c\\~d}", []),
    ],
)
def test_what_moodle_refuses_or_changes_is_a_finding(text: str, codes: list[str]) -> None:
    assert read(text)[1] == codes


def test_a_blank_line_in_braces_is_read_over_but_not_into_the_next_question() -> None:
    quiz, codes = read("One?{=a\n\n~b}\n\nTwo?{=a\n\nThree?{=c ~d}\n")
    assert [item.body for item in quiz.items] == ["One?", "Three?"]
    assert codes == ["R401", "R400"]
