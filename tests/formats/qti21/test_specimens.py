"""QTI 2.x files of strangers in ../shared: each is read with the number and the kinds of its source."""

from collections import Counter
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, open_source, zip_files
from stemkey.fitting import fit
from stemkey.formats import find_format
from stemkey.formats.qti21.reader import read_qti
from stemkey.formats.qti21.recognition import is_qti3, is_qti21
from stemkey.model import Cardinality, ChoiceInteraction, Item, Quiz

CANVAS = Path("data") / "canvas"
GEM = CANVAS / "instructure_qti_fixtures"
CONFORMANCE = CANVAS / "canvas_lms_fixtures" / "qti2_conformance"
FIVE = {"Choice": 2, "Choices": 1, "TextEntry": 1, "ExtendedText": 1}

PACKAGES: dict[Path, dict[str, int]] = {
    CANVAS / "canvas_lms_fixtures/qti/qti_2_1.zip": {"Choice": 1, "Choices": 1, "Foreign": 1},
    CONFORMANCE / "VE_IP_01.zip": {"Choice": 1},
    CONFORMANCE / "VE_IP_02.zip": {"Choice": 1},
    CONFORMANCE / "VE_IP_03.zip": {"Choices": 1},
    CONFORMANCE / "VE_IP_04.zip": {"TextEntry": 1},
    CONFORMANCE / "VE_IP_05.zip": {"ExtendedText": 1},
    CONFORMANCE / "VE_IP_06.zip": {"Foreign": 1},
    CONFORMANCE / "VE_IP_07.zip": {"Match": 1},
    CONFORMANCE / "VE_IP_11.zip": FIVE,
    CONFORMANCE / "VE_TP_01.zip": {"Choice": 1},
    CONFORMANCE / "VE_TP_02.zip": {"Choice": 1},
    CONFORMANCE / "VE_TP_03.zip": {"Choices": 1},
    CONFORMANCE / "VE_TP_04.zip": {"TextEntry": 1},
    CONFORMANCE / "VE_TP_05.zip": {"ExtendedText": 1},
    CONFORMANCE / "VE_TP_06.zip": FIVE,
    GEM / "test_qti_2.1.zip": FIVE,
    GEM / "test_qti_2.1": FIVE,
    # The zip holds an adaptive item where the folder holds a text entry.
    GEM / "test_qti_2.2.zip": {"Choice": 2, "Choices": 1, "Foreign": 1, "ExtendedText": 1},
    GEM / "test_qti_2.2": FIVE,
    GEM / "imsqti_2.2_package": {"Choice": 1},
    GEM / "no_assessment_xml": {"Choice": 1},
    GEM / "tests/feedbackTest": {"Choice": 2, "Foreign": 4},
    # Its manifest names a file that the folder spells differently; the other is a hotspot.
    GEM / "package_shared": {"Foreign": 1},
    GEM / "tests/interactionmix_saxony_v3": {
        "Choice": 2,
        "Choices": 2,
        "Order": 1,
        "Match": 2,
        "TextEntry": 2,
        "TextEntry+TextEntry": 1,
        "Foreign": 3,
    },
}
KEPT = {
    "adaptive", "associate", "drawing", "gap_match", "graphic_associate", "graphic_gap_match", "graphic_gap_match_text",
    "graphic_order", "hint", "hotspot", "hottext", "match", "media_coords", "position_object", "select_point", "slider",
    "template", "template_image", "adaptive_template", "feedback_adaptive", "data-attributes", "multi-input",
    "mc_calc3", "mc_calc5", "mc_stat2", "order_partial_scoring", "Example03-feedbackBlock-solution",
    "Example03-feedbackBlock-solution-random", "Example04-feedbackBlock-templateBlock", "Example05-feedbackBlock-adaptive",
}  # fmt: skip
"""Items of the gem that say more than the model holds (`match` is an associate interaction there)."""
NO_XML = {"audio-video"}
"""Not well-formed: an attribute without a value."""
ITEMS = {
    "choice": "Choice",
    "choice_multiple": "Choices",
    "inline_choice": "InlineChoice",
    "order": "Order",
    "match2": "Match",
    "categorization": "Match",
    "text_entry": "TextEntry",
    "essay": "ExtendedText",
    "extended_text": "ExtendedText",
    "upload": "Upload",
}


def source_of(path: Path) -> Source:
    """A package as one zip, whether it is stored as one or as a folder."""
    if not path.is_dir():
        return open_source(path)
    files = {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    return Source(f"{path.name}.zip", zip_files(files))


def read(source: Source) -> tuple[Quiz, Diagnostics]:
    found = Diagnostics()
    return read_qti(source, found, "qti21"), found


def kind(item: Item) -> str:
    names = []
    for interaction in item.interactions:
        name = type(interaction).__name__.removesuffix("Interaction")
        several = isinstance(interaction, ChoiceInteraction) and interaction.cardinality is Cardinality.MULTIPLE
        names.append("Choices" if several else name)
    return "+".join(names)


def kinds(quiz: Quiz) -> dict[str, int]:
    return dict(Counter(kind(item) for item in quiz.items))


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.name)
def test_a_package_has_the_questions_that_its_source_says(path: Path, shared: Path) -> None:
    source = source_of(shared / path)
    assert is_qti21(source)
    assert not is_qti3(source)
    quiz, _ = read(source)
    assert kinds(quiz) == PACKAGES[path]


@pytest.mark.parametrize("folder", ["items_2.1", "items_2.2"])
def test_every_item_of_the_gem_is_read_or_kept_whole(folder: str, shared: Path) -> None:
    paths = sorted((shared / GEM / folder).glob("*.xml"))
    assert len(paths) >= 10
    for path in paths:
        quiz, found = read(open_source(path))
        items = list(quiz.items)
        if path.stem in NO_XML:
            assert [finding.code for finding in found] == ["R020"]
            continue
        assert len(items) == 1, path.name
        assert (kind(items[0]) == "Foreign") == (path.stem in KEPT), path.name
        if path.stem in ITEMS:
            assert kind(items[0]) == ITEMS[path.stem], path.name


def test_the_key_is_what_earns_the_points(shared: Path) -> None:
    quiz, _ = read(source_of(shared / GEM / "tests" / "interactionmix_saxony_v3"))
    choices = [
        interaction
        for item in quiz.items
        for interaction in item.interactions
        if isinstance(interaction, ChoiceInteraction)
    ]
    assert [[choice.content for choice in interaction.keys] for interaction in choices[2:4]] == [
        [choice.content for choice in choices[2].choices if choice.credit > 0],
        ["Erzgebirge", "Lausitz", "Vogtland"],
    ]
    assert [str(choice.credit) for choice in choices[3].choices] == ["1/3", "1/3", "1/3", "-1/3", "-2/3"]


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.name)
def test_a_package_of_strangers_is_stable(path: Path, shared: Path) -> None:
    row = find_format("qti21")
    first, _ = read(source_of(shared / path))
    first = fit(first, row.capabilities, row.title, Diagnostics())
    again, _ = read(Source(f"{first.identifier}.zip", zip_files(row.writer(first, row.options_type()))))
    assert [item.interactions for item in again.items] == [item.interactions for item in first.items]
    assert [(item.body, item.points, item.feedback) for item in again.items] == [
        (item.body, item.points, item.feedback) for item in first.items
    ]


def test_what_is_kept_whole_is_written_back_unchanged_with_its_files(shared: Path) -> None:
    row = find_format("qti21")
    original = {
        str(path.relative_to(shared / GEM / "package_shared")): path.read_bytes()
        for path in (shared / GEM / "package_shared").rglob("*")
        if path.is_file()
    }
    quiz, _ = read(source_of(shared / GEM / "package_shared"))
    files = row.writer(quiz, row.options_type())
    assert files["example/hotspot.xml"] == original["example/hotspot.xml"]
    assert files["example/ukair.png"] == original["example/ukair.png"]


def test_no_package_of_qti_1_2_is_claimed(shared: Path) -> None:
    for path in sorted((shared / CANVAS / "golden_exports").glob("*.imscc")):
        assert not is_qti21(open_source(path))
    assert not is_qti21(open_source(shared / GEM / "test_qti_1.2.zip"))
    assert not is_qti21(open_source(shared / GEM / "items_1.2" / "choice.xml"))
