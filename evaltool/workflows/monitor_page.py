"""What is followed, as one HTML page without scripts that works from a disk, on a phone, and prints."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaltool.errors import ProjectError
from evaltool.text import direction, long_date, pick, say, spoken
from evaltool.workflows.monitor_charts import Chart, curve, levels
from evaltool.workflows.monitor_tables import overview, tables
from evaltool.workflows.monitor_wave import Monitor, Wave

_templates = Environment(
    loader=PackageLoader("evaltool", "workflows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


_TITLE = "How the fieldwork goes"


def write_page(monitor: Monitor, path: Path, language: str) -> Path:
    """Write the page, whole or not at all.

    Raises:
        ProjectError: if the file cannot be written.
    """
    html = as_html(monitor, language)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(html, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        mend = "Check that you may write there and that there is room."
        message = f"the page cannot be written: {error.strerror}"
        raise ProjectError(message, where=path.as_posix(), mend=mend) from None
    return path


def as_html(monitor: Monitor, language: str) -> str:
    """The page in `language`, or in English where the interface does not speak it."""
    language = spoken(_TITLE, language)
    return _templates.get_template("monitor.html").render(
        monitor=monitor,
        overview=overview(monitor, language),
        tables=partial(tables, language=language),
        charts=partial(_charts, language=language),
        pick=partial(pick, language=language),
        heading=say(_TITLE, language),
        language=language,
        direction=direction(language),
        day=partial(long_date, language=language),
        t=partial(say, language=language),
    )


def _charts(wave: Wave, language: str) -> list[Chart]:
    """Nothing is drawn of what has no days, or no base."""
    if not (wave.everybody.base and wave.everybody.answered):
        return []
    grouped = (levels(wave, item, language) for item in wave.groups)
    return [curve(wave, language), *(chart for chart in grouped if chart)]
