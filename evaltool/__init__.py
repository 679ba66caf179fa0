"""evaltool: surveys and evaluation, from the definition of a question to a figure in the report.

From Python: `evaltool.open_report(".", population="2021")` gives the figures, tables and charts of the report.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltool.workflows.exploring import open_report as open_report

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`open_report`, once it is wanted: what it needs takes seconds to start."""
    if name == "open_report":
        return import_module("evaltool.workflows.exploring").open_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
