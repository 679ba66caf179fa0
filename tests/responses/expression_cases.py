"""Expressions drawn at chance over columns whose kind is known."""

from collections.abc import Mapping

from hypothesis import strategies as st

CODES = ["a", "b", "c"]
DAYS = ["2021-01-31", "2021-02-01", "2022-06-15"]
CONSTANTS = {
    "category": CODES,
    "text": CODES,
    "set": CODES,
    "integer": [0, 3, 12],
    "decimal": [0, 2.5, 3],
    "date": DAYS,
}
SIGNS = ["=", "!=", "<", "<=", ">", ">="]


def literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def leaves(kinds: Mapping[str, str]) -> st.SearchStrategy[str]:
    @st.composite
    def leaf(draw: st.DrawFn) -> str:
        name = draw(st.sampled_from(sorted(kinds)))
        kind = kinds[name]
        form = draw(st.sampled_from(["bare", "selected", "constant", "turned", "pair"]))
        if form == "bare":
            return f"${{{name}}}"
        if form == "selected" and kind in {"category", "set", "text"}:
            return f"selected(${{{name}}}, '{draw(st.sampled_from(CODES))}')"
        sign = draw(st.sampled_from(SIGNS[:2] if kind == "set" else SIGNS))
        if form == "pair":
            alike = sorted(other for other in kinds if kinds[other] == kind)
            return f"${{{name}}} {sign} ${{{draw(st.sampled_from(alike))}}}"
        constant = literal(draw(st.sampled_from(CONSTANTS[kind])))
        return f"{constant} {sign} ${{{name}}}" if form == "turned" else f"${{{name}}} {sign} {constant}"

    return leaf()


def expressions(kinds: Mapping[str, str]) -> st.SearchStrategy[str]:
    return st.recursive(
        leaves(kinds),
        lambda inner: st.one_of(
            inner.map(lambda text: f"not({text})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
                lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
            ),
        ),
        max_leaves=4,
    )
