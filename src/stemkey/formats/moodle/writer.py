"""Write Moodle XML so that Moodle's importer keeps every letter of it."""

from io import BytesIO

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
    # Encoded item by item into one place: the whole text at once would need its size three times over.
    data = BytesIO()
    data.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    for item in quiz.items:
        data.write(categories.change(item.category).encode())
        data.write(write_item(item, writing).encode())
    data.write(categories.rest().encode())
    data.write(b"</quiz>\n")
    return {f"{quiz.identifier}.xml": data.getvalue()}
