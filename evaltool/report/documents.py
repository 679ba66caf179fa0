"""From one Markdown source to Word, HTML (one file), PDF and key figures, each written whole or not at all."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from importlib import resources
from pathlib import Path

import pypandoc
import typst

from evaltool.errors import ReportError
from evaltool.report.chart_files import write_figures, write_pictures
from evaltool.report.context import ReportContext
from evaltool.report.definition import FORMATS, Format
from evaltool.report.file_names import file_name, told_apart
from evaltool.report.grid import NOTE
from evaltool.report.key_figures import key_figures
from evaltool.report.letters import FONTS
from evaltool.report.package import Parts, pack
from evaltool.report.prose import Prose
from evaltool.report.source import Source
from evaltool.report.word import mend
from evaltool.report.word_style import our_template
from evaltool.report.word_template import her_template
from evaltool.text import long_date, say

_READER = "markdown-raw_html-raw_tex-raw_attribute-smart-tex_math_dollars-citations"
# How each format is told to set notes small; HTML has a rule for the class.
_NOTES = {"docx": '::: {custom-style="TableNote"}', "typst": "::: {typst:text:size=9.2pt}"}
_CHARTS = "charts"
MAKING = ".evaltool-"
"""What folders begin with in which files are made; one that stays is of a run that was cut off."""
_TEMPLATES = resources.files("evaltool.report") / "templates"


@dataclass(frozen=True)
class Document:
    """The text to be set, with what stands on the cover. `stem` is what its files are called, before the ending.

    `template` is her own for Word; None takes ours.
    """

    source: Source
    prose: Prose
    title: str
    subtitle: str
    stem: str
    template: Parts | None = None

    @property
    def context(self) -> ReportContext:
        return self.prose.context


def write_documents(document: Document, out_dir: Path) -> list[Path]:
    """Write `<stem>.docx`, `.html`, `.pdf` and `.xlsx` into `out_dir`, and the charts into `<stem>-charts` there.

    Nothing is changed if one of them cannot be. Raises ReportError, for instance when one of the files is open in Word.
    """
    with beside(out_dir) as folder, told_to_users(out_dir):
        made = make_documents(document, folder)
        stem, charts = document.stem, _chart_files(document, folder / _CHARTS, out_dir / f"{document.stem}-charts")
        return move_into_place({**{made[kind]: out_dir / f"{stem}.{kind}" for kind in FORMATS}, **charts})


@contextmanager
def beside(out_dir: Path) -> Generator[Path, None, None]:
    """A folder within `out_dir` to make files in, gone afterwards. Raises ReportError when there can be none."""
    with told_to_users(out_dir):
        out_dir.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=MAKING, dir=out_dir, ignore_cleanup_errors=True)
    with folder as name:
        yield Path(name)


@contextmanager
def told_to_users(out_dir: Path) -> Generator[None, None, None]:
    """What the system refuses below `out_dir` is told as a ReportError."""
    try:
        yield
    except OSError as error:
        raise _cannot_write(Path(error.filename2 or error.filename or out_dir), error) from error


def move_into_place(targets: Mapping[Path, Path]) -> list[Path]:
    """Move made files to where they belong, none of them if one cannot be replaced. Returns the targets."""
    refuse_locked(targets.values())
    for folder in {target.parent for target in targets.values()}:
        folder.mkdir(exist_ok=True)
    for made, target in targets.items():
        made.replace(target)
    return list(targets.values())


def refuse_locked(targets: Iterable[Path]) -> None:
    """Refuse before anything is replaced: Windows locks a file that is open, elsewhere only a note beside it tells."""
    for target in targets:
        if target.exists():
            with target.open("r+b"):
                pass
        for note in (f".~lock.{target.name}#", f"~${target.name}", f"~${target.name[2:]}"):
            if target.with_name(note).exists():
                mend = f"Close it there; if nobody has it open, delete {note}."
                raise ReportError("the report is open in an office program", where=str(target), mend=mend)


def _cannot_write(path: Path, error: OSError) -> ReportError:
    if isinstance(error, PermissionError):
        mend_it = (
            "Close it if it is open in Word or another program, check that you may write in the folder, and try again."
        )
        return ReportError("the report cannot be written", where=str(path), mend=mend_it)
    return ReportError(
        f"the report cannot be written: {error.strerror}", where=str(path), mend="Make room, or choose another folder."
    )


def make_documents(document: Document, folder: Path) -> Mapping[Format, Path]:
    """Make all formats in `folder`, side by side."""
    charts = folder / _CHARTS
    charts.mkdir()
    write_pictures(document.source.charts, charts)
    with ThreadPoolExecutor() as pool:
        jobs: dict[Format, Future[Path]] = {kind: pool.submit(make, document, folder) for kind, make in _MAKERS.items()}
        return {kind: job.result() for kind, job in jobs.items()}


def _chart_files(document: Document, made: Path, target: Path) -> Mapping[Path, Path]:
    """Each chart as it goes on slides: its picture twice, and its figures. Their names bear the data's marks."""
    context, charts, found = document.context, document.source.charts, dict[Path, Path]()
    pictures = {chart.name: picture for picture, chart in charts.items()}  # a chart that is shown twice is one file
    names = told_apart(file_name(name + context.file_marks) for name in pictures)
    for picture, name in zip(pictures.values(), names, strict=True):
        write_figures(charts[picture].marks, made / f"{picture}.csv", " · ".join(context.marks))
        found |= {made / f"{picture}.{ending}": target / f"{name}.{ending}" for ending in ("svg", "png", "csv")}
    return found


def _pandoc(document: Document, folder: Path, to: str, output: Path, *extra: str) -> None:
    context = document.context
    metadata = {
        "title": document.title,
        "subtitle": document.subtitle,
        "date": long_date(context.made_on, context.language),
        "lang": context.language,
    }
    arguments = [f"--metadata={name}={value}" for name, value in metadata.items()]
    text = document.source.markdown.replace(f"\n{NOTE}\n", f"\n{_NOTES.get(to, NOTE)}\n")
    if to == "docx" and context.marks:
        text = f'::: {{custom-style="Mark"}}\n{" · ".join(context.marks)}\n:::\n\n{text}'
    resource = f"--resource-path={folder}"
    options = ["--standalone", resource, *arguments, *extra]
    try:
        pypandoc.convert_text(text, to, _READER, outputfile=str(output), extra_args=options)  # pyright: ignore[reportUnknownMemberType]  # pypandoc leaves extra_args untyped
    except RuntimeError as error:  # all that pypandoc says when pandoc fails
        told = next((line for line in str(error).splitlines() if str(output) in line), str(error).strip())
        mend = "Look at the template, and whether the disk is full; no file has been changed."
        raise ReportError(f"pandoc cannot make the {to} file: {told}", mend=mend) from error


def _make_docx(document: Document, folder: Path) -> Path:
    context, charts = document.context, document.source.charts
    reference, output = folder / "reference.docx", folder / "report.docx"
    template = (
        our_template(context.language, document.title, context.marks)
        if document.template is None
        else her_template(document.template, context.language, context.marks)
    )
    reference.write_bytes(pack(template))
    _pandoc(document, folder, "docx", output, f"--reference-doc={reference}", "--default-image-extension=png")
    vectors = {name: (folder / "charts" / f"{name}.svg").read_bytes() for name in charts}
    output.write_bytes(mend(output.read_bytes(), document.source.carriers, vectors, context))
    return output


def _make_html(document: Document, folder: Path) -> Path:
    output = folder / "report.html"
    marks = f"--variable=marks={' · '.join(document.context.marks)}"
    extra = [f"--template={_copy(folder, 'page.html')}", f"--lua-filter={_copy(folder, 'page.lua')}", marks]
    _pandoc(document, folder, "html5", output, "--embed-resources", "--default-image-extension=svg", *extra)
    return output


def _make_pdf(document: Document, folder: Path) -> Path:
    source, output = folder / "report.typ", folder / "report.pdf"
    day = document.context.made_on
    numbers = {"year": day.year, "month": day.month, "day": day.day, "marks": " · ".join(document.context.marks)}
    kept = _kept(document.context.language).replace("\\", r"\\")
    variables = [f"--variable={name}={value}" for name, value in {**numbers, "kept": kept}.items()]
    template = f"--template={_copy(folder, 'page.typ')}"
    _pandoc(document, folder, "typst", source, template, "--default-image-extension=svg", *variables)
    alts = {f"charts/{name}.svg": chart.alt for name, chart in document.source.charts.items()}
    try:
        typst.compile(
            source,
            output=output,
            root=folder,
            font_paths=[FONTS],
            ignore_system_fonts=True,  # the same fonts, and so the same pages, on every machine
            sys_inputs={"alts": json.dumps(alts)},
            pdf_standards="ua-1",
            timestamp=int(datetime.combine(day, time(), UTC).timestamp()),
        )
    except typst.TypstError as error:
        raise ReportError(f"the PDF cannot be set: {error}", mend="Look at the template's tables and signs.") from error
    return output


def _kept(language: str) -> str:
    """The expression of what stays on its line in a table: a percentage, and the two limits of a difference."""
    number = r"[+−]?\d[\d.,–]*"
    texts = (say("{value} per cent", language, value="0"), say("{low} to {high}", language, low="0", high="0"))
    return "|".join(re.escape(text).replace("0", number) for text in texts)


def _make_xlsx(document: Document, folder: Path) -> Path:
    output = folder / "report.xlsx"
    output.write_bytes(key_figures(document.source, document.prose, document.title))
    return output


def _copy(folder: Path, name: str) -> Path:
    """A template as a file, also when the package lies in a zip."""
    copy = folder / name
    with resources.as_file(_TEMPLATES / name) as original:
        shutil.copyfile(original, copy)
    return copy


_MAKERS: Mapping[Format, Callable[[Document, Path], Path]] = {
    "docx": _make_docx,
    "html": _make_html,
    "pdf": _make_pdf,
    "xlsx": _make_xlsx,
}
