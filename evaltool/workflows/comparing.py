"""Compare versions for people: `evaltool diff`, and the verdicts that it proposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaltool.errors import DefinitionError
from evaltool.project import Project
from evaltool.survey.compare import compare
from evaltool.survey.verdicts import VerdictsFile, needs_verdict, propose_verdicts, read_verdicts, verdicts_path
from evaltool.text import interface_languages, say
from evaltool.workflows.comparison import compare_versions, compare_with_release, definitions
from evaltool.workflows.comparison_views import FORMS, Format
from evaltool.workflows.working import working
from evaltool.yamlfile import nearest


@dataclass(frozen=True)
class Shown:
    """How a comparison is shown: interface texts in `language`; into the file `out`, if there is one."""

    form: Format = "text"
    language: str = "en"
    out: Path | None = None


def diff(project: Project, survey: str, versions: Sequence[int], shown: Shown, *, propose: bool = False) -> str:
    """Compare two versions, or one that is released with its definition as it is now; returns what is to be said.

    With `propose` the items that lack a verdict are written into the file of verdicts.

    Raises:
        DefinitionError: with the faults of the definitions or of the verdicts, or for a language that is not spoken.
        ReleaseError: if a single version is not released.
    """
    if shown.language not in interface_languages():
        mend = nearest(shown.language, interface_languages())
        raise DefinitionError(f"the interface does not speak «{shown.language}»", mend=mend)
    told = ""
    if propose:
        told = write_proposals(project, survey, versions, shown.language) + "\n"
    found = compare_with_release(project, survey, versions[0]) if len(versions) == 1 else None
    text = FORMS[shown.form](found or compare_versions(project, survey, *versions), shown.language)
    if shown.out is None:
        return told + text
    shown.out.parent.mkdir(parents=True, exist_ok=True)
    part = shown.out.with_name(shown.out.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(shown.out)
    return told + str(shown.out)


def write_proposals(project: Project, survey: str, versions: Sequence[int], language: str) -> str:
    """Write the items that lack a verdict into the file; says what a person must decide now."""
    if len(versions) != 2:
        mend = f"Run: evaltool diff {survey} 1 2 --propose"
        raise DefinitionError("verdicts are about two versions", mend=mend)
    old, new = versions
    before, now = definitions(project, survey, old, new)
    path = verdicts_path(project.surveys, survey, new)
    head = VerdictsFile(format=1, survey=survey, version=new, against=old)
    with working(project):
        if path.is_file():
            found, file = read_verdicts(path)
            if (found.survey, found.version, found.against) != (survey, new, old):
                message = f"the file is about {found.survey} {found.version} against {found.against}, not {old}"
                mend = "Compare with that version, or mend the file's first lines."
                raise DefinitionError(message, where=file.where(("against",)), mend=mend)
        items = compare(before, now)
        written = propose_verdicts(path, head, items)
    if not written:
        known = read_verdicts(path)[0].items if path.is_file() else {}
        waiting = [item.name for item in items if needs_verdict(item) and known[item.name].verdict == "undecided"]
        message = "Nothing to add to {path}. Still undecided: {names}." if waiting else "Nothing to add to {path}."
        return say(message, language, path=path.as_posix(), names=", ".join(waiting))
    return say(
        "Wrote into {path}: {names}.\nNow decide on each: put comparable or not_comparable for undecided, and fill in "
        "reason, by and on; place each code of a crosswalk once. Then run: evaltool check",
        language,
        path=path.as_posix(),
        names=", ".join(written),
    )
