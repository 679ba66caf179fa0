"""The command line: parses, calls a workflow, prints. A command imports its workflow when it runs."""

from evaltool.cli import (  # noqa: I001  # in the order of the help
    definitions,
    versions,
    translate,
    documents,
    fieldwork,
    adopt,
    coordinators,
    monitor,
    erase,
    coding,
    analysis,
    asking,
    quality,
    pooling,
    whole,
)
from evaltool.cli.shared import app

__all__ = [
    "adopt",
    "analysis",
    "app",
    "asking",
    "coding",
    "coordinators",
    "definitions",
    "documents",
    "erase",
    "fieldwork",
    "monitor",
    "pooling",
    "quality",
    "translate",
    "versions",
    "whole",
]
