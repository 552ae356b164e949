"""Elements as text, spelled as a dialect spells them."""

from collections.abc import Mapping
from fractions import Fraction

from stemkey.formats.qti21.decimals import decimal_text
from stemkey.formats.qti21.markup import xml_attribute, xml_text
from stemkey.formats.qti21.vocabulary import Dialect

NO_ATTRIBUTES: Mapping[str, str] = {}


class Spelling:
    """Builds the elements of one dialect; attributes are given in 2.x's spelling and in the order to write."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._tag = dialect.tag
        self._attribute = dialect.attribute

    def element(self, name: str, inner: str = "", attributes: Mapping[str, str] = NO_ATTRIBUTES) -> str:
        """Return an element; `inner` is XML, attribute values are plain text."""
        tag = self._tag(name)
        texts = "".join(f' {self._attribute(key)}="{xml_attribute(value)}"' for key, value in attributes.items())
        return f"<{tag}{texts}>{inner}</{tag}>" if inner else f"<{tag}{texts}/>"

    def root(self, name: str, inner: str, attributes: Mapping[str, str]) -> str:
        """Return a whole document."""
        dialect, tag = self.dialect, self._tag(name)
        texts = "".join(f' {self._attribute(key)}="{xml_attribute(value)}"' for key, value in attributes.items())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag} xmlns="{dialect.namespace}"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            f' xsi:schemaLocation="{dialect.namespace} {dialect.schema}"{texts}>\n{inner}</{tag}>\n'
        )

    def value(self, base: str, text: str) -> str:
        """Return a `baseValue`."""
        return self.element("baseValue", xml_text(text), {"baseType": base})

    def number(self, value: Fraction) -> str:
        """Return a `baseValue` that is a number."""
        return self.element("baseValue", decimal_text(value), {"baseType": "float"})

    def variable(self, name: str) -> str:
        """Return a reference to a variable."""
        return self.element("variable", "", {"identifier": name})

    def set_outcome(self, name: str, expression: str) -> str:
        """Return the rule that gives an outcome its value."""
        return self.element("setOutcomeValue", expression, {"identifier": name})

    def condition(self, *branches: tuple[str, str]) -> str:
        """Return `if … else if … else …`; an empty test is the last, `else`."""
        parts = []
        for position, (test, rules) in enumerate(branches):
            name = "responseElse" if not test else "responseElseIf" if position else "responseIf"
            parts.append(self.element(name, f"{test}{rules}"))
        return self.element("responseCondition", "".join(parts)) + "\n"
