"""Response, cooperation, refusal and contact rates from final dispositions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from evaltool.stats.checks import check_choice, check_count, check_probability

DISPOSITIONS = ("I", "P", "R", "NC", "O", "UH", "UO")
INTERVIEWS = ("I", "P")  # whole and partial ones
"""Final case codes of eligible (or possibly eligible) units, in AAPOR's order."""
NO_E = "e is unknown: give it, or the number of cases found not eligible (RR3, RR4, REF2, CON2 need it)"


@dataclass(frozen=True)
class ResponseRates:
    """All rates of one set of dispositions; a rate without a case in its denominator is `None`.

    1, 3 and 5 of the RR count complete interviews, 2, 4 and 6 partial ones too. Cases of unknown eligibility count
    whole (RR1, RR2, REF1, CON1), by the share `e` of them that is eligible (RR3, RR4, REF2, CON2), or not at all.
    """

    complete: int
    partial: int
    refused: int
    no_contact: int
    other: int
    unknown: int
    e: float | None = None

    @property
    def interviewed(self) -> int:
        return self.complete + self.partial

    @property
    def known(self) -> int:
        """Cases known to be eligible."""
        return self.interviewed + self.refused + self.no_contact + self.other

    @property
    def contacted(self) -> int:
        return self.interviewed + self.refused + self.other

    @property
    def cases(self) -> int:
        return self.known + self.unknown

    @property
    def estimated(self) -> float | None:
        """Cases known or estimated to be eligible."""
        if not self.unknown:
            return self.known
        return None if self.e is None else self.known + self.e * self.unknown

    @property
    def warning(self) -> str:
        if not self.cases:
            return "no cases"
        return NO_E if self.estimated is None else ""

    @property
    def rr1(self) -> float | None:
        return _rate(self.complete, self.cases)

    @property
    def rr2(self) -> float | None:
        return _rate(self.interviewed, self.cases)

    @property
    def rr3(self) -> float | None:
        return _rate(self.complete, self.estimated)

    @property
    def rr4(self) -> float | None:
        return _rate(self.interviewed, self.estimated)

    @property
    def rr5(self) -> float | None:
        return _rate(self.complete, self.known)

    @property
    def rr6(self) -> float | None:
        return _rate(self.interviewed, self.known)

    @property
    def coop1(self) -> float | None:
        return _rate(self.complete, self.contacted)

    @property
    def coop2(self) -> float | None:
        return _rate(self.interviewed, self.contacted)

    @property
    def coop3(self) -> float | None:
        """Cooperation of those who were able to answer (`other` left out)."""
        return _rate(self.complete, self.interviewed + self.refused)

    @property
    def coop4(self) -> float | None:
        return _rate(self.interviewed, self.interviewed + self.refused)

    @property
    def ref1(self) -> float | None:
        return _rate(self.refused, self.cases)

    @property
    def ref2(self) -> float | None:
        return _rate(self.refused, self.estimated)

    @property
    def ref3(self) -> float | None:
        return _rate(self.refused, self.known)

    @property
    def con1(self) -> float | None:
        return _rate(self.contacted, self.cases)

    @property
    def con2(self) -> float | None:
        return _rate(self.contacted, self.estimated)

    @property
    def con3(self) -> float | None:
        return _rate(self.contacted, self.known)


def response_rates(dispositions: Mapping[str, int], *, e: float | None = None) -> ResponseRates:
    """RR1-RR6, COOP1-4, REF1-3 and CON1-3; units that are not eligible are no cases.

    Formula: RR1 = I / (I+P+R+NC+O+UH+UO), RR2 with I+P above, RR3 and RR4 with e(UH+UO), RR5 and RR6 without them;
    COOP1 = I / (I+P+R+O), COOP3 = I / (I+P+R); REF = R and CON = I+P+R+O over the same three denominators. `e` is the
    share of the unknown that is eligible; without it, and with a count of `not_eligible`, it is that of the known
    (CASRO): (I+P+R+NC+O) / (I+P+R+NC+O+not_eligible).
    Assumes: none but those in `e`.
    Missing: a code that is absent counts 0; an unknown `e` is a warning, not 1.
    Source: AAPOR Standard Definitions (2023), section on outcome rates.
    Reference: R 4.2.2, from the definitions.

    >>> rates = response_rates({"I": 41, "P": 2, "R": 5, "NC": 19})
    >>> f"{rates.rr1:.3f} {rates.rr2:.3f}"
    '0.612 0.642'
    """
    for code in dispositions:
        check_choice("a disposition", code, (*DISPOSITIONS, "not_eligible"))
    counts = {code: dispositions.get(code, 0) for code in (*DISPOSITIONS, "not_eligible")}
    for code, count in counts.items():
        check_count(code, count)
    if e is not None:
        check_probability("e", e)
    rates = ResponseRates(*(counts[code] for code in ("I", "P", "R", "NC", "O")), unknown=counts["UH"] + counts["UO"])
    if e is None and "not_eligible" in dispositions:
        e = _rate(rates.known, rates.known + counts["not_eligible"])
    return replace(rates, e=e)


def _rate(above: int, below: float | None) -> float | None:
    return above / below if below else None
