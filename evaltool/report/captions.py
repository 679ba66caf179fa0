"""Captions with numbers, and references to them: counted here, so that every format shows the same number.

From there each format goes its own way: Word counts on by fields that show these numbers, HTML and PDF link.
"""

import re
from dataclasses import dataclass, field

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.prose import plain
from evaltool.text import say
from evaltool.yamlfile import nearest

# What stands before the number in a caption, and in a sentence.
_LABELS = {"table": "Table", "chart": "Figure"}
_REFERENCES = {"table": "table {number}", "chart": "figure {number}"}
_PLACE = Markup("\ue0f0{}\ue0f1")  # signs that no text has
_PLACES = re.compile("\ue0f0([^\ue0f1]*)\ue0f1")
NUMBER = re.compile(r"(table|chart)_\d+")
"""The identifier of the number in a caption."""


def label(kind: str, language: str) -> str:
    """What stands before the number: `Table`."""
    return say(_LABELS[kind], language)


@dataclass
class Captions:
    """What is shown in a report: name → the first number of each kind. A reference may stand before what it names."""

    language: str
    _count: dict[str, int] = field(default_factory=dict[str, int])
    _shown: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])

    def caption(self, kind: str, name: str, text: str) -> Markup:
        """`Table 3. In a job at each site` for the next table or chart, which is `name`."""
        number = self._count[kind] = self._count.get(kind, 0) + 1
        self._shown.setdefault(name, {}).setdefault(kind, number)
        form = Markup("{} [{}]{{#{}_{} .number}}. {}")
        return form.format(plain(label(kind, self.language)), number, kind, number, plain(text))

    def ref(self, name: str) -> Markup:
        """The place of a reference until `resolve` knows its number."""
        return _PLACE.format(name)

    def resolve(self, markdown: str) -> str:
        """Put in the references. Raises ReportError when one names what is not shown."""
        return _PLACES.sub(lambda place: self._link(place[1]), markdown)

    def _link(self, name: str) -> str:
        found = self._shown.get(name, {})
        if not found:
            message = f"the report refers to «{name}» but does not show it with a caption"
            raise ReportError(message, mend=f"Show it, or refer to what is shown. {nearest(name, self._shown)}")
        if len(found) > 1:
            message = f"«{name}» is both a table and a chart, so a reference to it is unclear"
            raise ReportError(message, mend="Give one of them another name in report.yaml.")
        ((kind, number),) = found.items()
        words = say(_REFERENCES[kind], self.language, number=number).replace(" ", "\xa0")  # they stay on one line
        return f"[{words}](#{kind}_{number})"
