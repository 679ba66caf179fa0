"""The command line: parses, calls a workflow, prints. A command imports its workflow when it runs."""

from evaltool.cli import definitions, versions, translate, documents, fieldwork, analysis, quality, pooling, whole  # noqa: I001  # in the order of the help
from evaltool.cli.shared import app

__all__ = [
    "analysis",
    "app",
    "definitions",
    "documents",
    "fieldwork",
    "pooling",
    "quality",
    "translate",
    "versions",
    "whole",
]
