"""Charts from rows, by kind. What colour says is also said by text."""

from collections.abc import Callable, Mapping

from evaltool.report.bar_chart import bars
from evaltool.report.bounds_chart import bounds
from evaltool.report.definition import ChartKind, ChartSpec
from evaltool.report.dot_chart import dots
from evaltool.report.drawing import Chart
from evaltool.report.flow_chart import flow
from evaltool.report.prose import Prose
from evaltool.report.stacked_chart import stacked
from evaltool.report.trend_chart import trend


def draw(prose: Prose, spec: ChartSpec) -> Chart:
    """Draw a chart of the report definition."""
    return _KINDS[spec.kind](prose, spec)


_KINDS: Mapping[ChartKind, Callable[[Prose, ChartSpec], Chart]] = {
    "bars": bars,
    "stacked": stacked,
    "trend": trend,
    "flow": flow,
    "dots": dots,
    "bounds": bounds,
}
