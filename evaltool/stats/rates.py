"""Response rates from final dispositions."""

from collections.abc import Mapping
from dataclasses import dataclass

DISPOSITIONS = ("I", "P", "R", "NC", "O", "UH", "UO")
"""Final case codes of eligible (or possibly eligible) units, in AAPOR's order."""


@dataclass(frozen=True)
class ResponseRates:
    """`rr1` counts complete interviews, `rr2` partial ones too; both are `None` if there is no case."""

    complete: int
    partial: int
    cases: int

    @property
    def rr1(self) -> float | None:
        return self.complete / self.cases if self.cases else None

    @property
    def rr2(self) -> float | None:
        return (self.complete + self.partial) / self.cases if self.cases else None


def response_rates(dispositions: Mapping[str, int]) -> ResponseRates:
    """RR1 and RR2; units that are not eligible are no cases. With nobody of unknown eligibility they equal RR5 and RR6.

    Formula: RR1 = I / (I+P+R+NC+O+UH+UO), RR2 = (I+P) / the same.
    Source: AAPOR Standard Definitions (2023). Reference: R 4.2.2, from the definitions.

    >>> rates = response_rates({"I": 41, "P": 2, "R": 5, "NC": 19})
    >>> f"{rates.rr1:.3f} {rates.rr2:.3f}"
    '0.612 0.642'
    """
    cases = sum(dispositions.get(code, 0) for code in DISPOSITIONS)
    return ResponseRates(dispositions.get("I", 0), dispositions.get("P", 0), cases)
