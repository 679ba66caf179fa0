"""evaltool: surveys and evaluation, from the definition of a question to a figure in the report."""

__version__ = "0.1.0"
