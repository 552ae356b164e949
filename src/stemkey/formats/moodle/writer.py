"""Write Moodle XML so that Moodle's importer keeps every letter of it."""

from stemkey.files import Files
from stemkey.formats.moodle.categories import WrittenCategories
from stemkey.formats.moodle.items import write_item
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.written import Writing
from stemkey.model import Quiz


def write_moodle(quiz: Quiz, options: MoodleOptions) -> Files:
    """Return a quiz as one Moodle XML file: a category, then its questions in order."""
    writing = Writing(quiz, options)
    categories = WrittenCategories(writing)
    # Encoded item by item: the whole text at once would need its size three times over.
    parts = [b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    for item in quiz.items:
        parts.append(categories.change(item.category).encode())
        parts.append(write_item(item, writing).encode())
    parts.append(categories.rest().encode())
    parts.append(b"</quiz>\n")
    return {f"{quiz.identifier}.xml": b"".join(parts)}
