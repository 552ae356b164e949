"""What a format can carry, as data: `fit` reduces a quiz to it, the manual's matrix is generated from it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, get_args

from stemkey.model.interactions import Interaction
from stemkey.model.quiz import Item

InteractionType: TypeAlias = type[Interaction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What survives in a format. Everything defaults to no, so that a new row claims only what it says."""

    interactions: tuple[InteractionType, ...] = ()
    text_only: bool = False
    """Items without an interaction: text that only informs."""
    foreign: tuple[str, ...] = ()
    """Formats whose foreign items it can write (as a rule its own); `*`: of every format."""
    multiple_response: bool = False
    """Choice interactions where several may be chosen."""
    several_interactions: bool = False
    """Cloze: several interactions in one item."""
    case_sensitive: bool = False
    """Short answers where upper and lower case differ."""
    partial_credit: bool = False
    """Credit between 0 and 1 on a single choice or accepted answer."""
    negative_credit: bool = False
    credit_values: frozenset[Fraction] | None = None
    """The only shares that the format accepts (their negatives too where negative_credit); None: any."""
    feedback_general: bool = False
    feedback_by_result: bool = False
    """Feedback for correct and incorrect answers."""
    feedback_partial: bool = False
    feedback_per_choice: bool = False
    hints: bool = False
    penalty: bool = False
    points: bool = False
    tags: bool = False
    categories: bool = False
    item_titles: bool = False
    item_identifiers: bool = False
    quiz_title: bool = False
    instructions: bool = False
    settings: bool = False
    shuffle_items: bool = True
    """Shuffling of the questions among the settings, where those are carried."""
    sections: bool = False
    """Groups that draw n of m."""
    section_texts: bool = False
    """Titles and instructions of sections that draw nothing."""
    banks: bool = False
    shuffle_per_item: bool = False
    markup: bool = False
    """HTML in stems."""
    choice_markup: bool = False
    math: bool = False
    images: bool = False
    adapt: Callable[[Item], tuple[Item | None, tuple[str, ...]]] | None = None
    """Reduces an item where kinds of questions differ in ways that no field above says (hints, feedback, units).
    Returns what is left of it, None where nothing can be held, and words for what is lost or not held."""


EVERYTHING = Capabilities(
    interactions=get_args(Interaction),
    text_only=True,
    foreign=("*",),
    multiple_response=True,
    several_interactions=True,
    case_sensitive=True,
    partial_credit=True,
    negative_credit=True,
    feedback_general=True,
    feedback_by_result=True,
    feedback_partial=True,
    feedback_per_choice=True,
    hints=True,
    penalty=True,
    points=True,
    tags=True,
    categories=True,
    item_titles=True,
    item_identifiers=True,
    quiz_title=True,
    instructions=True,
    settings=True,
    sections=True,
    section_texts=True,
    banks=True,
    shuffle_per_item=True,
    markup=True,
    choice_markup=True,
    math=True,
    images=True,
)
"""All that the model can say: what a format claims that is made for it."""
