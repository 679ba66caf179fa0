"""One tree of errors. Each says what is wrong, where, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong at one place; many of them travel in one error."""

    code: str
    message: str
    where: str = ""
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f"\n    {self.mend}" if self.mend else ""
        return f"{place}{self.message}{mend}"


class EvaltoolError(Exception):
    """What a user can mend. The command line prints it without a traceback and exits with 1."""

    code = "error"

    def __init__(self, message: str, *, where: str = "", mend: str = "", faults: Sequence[Fault] = ()):
        super().__init__(message)
        self.message = message
        self.where = where
        self.mend = mend
        self.faults = tuple(faults)

    def __str__(self) -> str:
        own = str(Fault(self.code, self.message, self.where, self.mend))
        return "\n".join([own, *(str(fault) for fault in self.faults)])


class ProjectError(EvaltoolError):
    """`evaltool.toml` is missing or wrong, or a folder cannot be used."""

    code = "project"


class DefinitionError(EvaltoolError):
    """A survey, roster or translation file has faults; all of them are in `faults`."""

    code = "definition"


class ExpressionError(EvaltoolError):
    """An expression such as `relevant` cannot be read or names something unknown."""

    code = "expression"


class ReleaseError(EvaltoolError):
    """A release is missing, was edited, or would overwrite another."""

    code = "release"


class PlatformError(EvaltoolError):
    """The survey platform refused, or is not there."""

    code = "platform"


class RosterError(EvaltoolError):
    """The roster file has faults; nothing of it was imported."""

    code = "roster"


class ArchiveError(EvaltoolError):
    """The raw archive does not agree with its ledger."""

    code = "archive"


class CleaningError(EvaltoolError):
    """Responses cannot be made into a dataset (corrections with faults, no responses)."""

    code = "cleaning"


class PlanError(EvaltoolError):
    """The analysis plan has faults, or asks for what the data do not hold."""

    code = "plan"


class StatisticsError(EvaltoolError):
    """Numbers that cannot be what they are said to be (more successes than answers, a share above 1)."""

    code = "statistics"


class ReportError(EvaltoolError):
    """The report names an unknown figure, or a document cannot be written."""

    code = "report"


class BusyError(EvaltoolError):
    """Another run of evaltool is working on the same data."""

    code = "busy"
