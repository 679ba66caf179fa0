"""The definition of a survey, with XLSForm's words. Frozen; read from YAML, stored in releases as JSON."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SurveyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Missing = Literal["dont_know", "refused", "not_applicable"]
Role = Literal["consent", "link", "research", "quote", "recontact", "headline", "helper"]
TypeName = Literal[
    "select_one", "select_multiple", "integer", "decimal", "date", "text", "note", "calculate"
]  # one record each in `types.py`


def _wrap_text(value: object, info: ValidationInfo) -> object:
    """A plain string in a definition is text in the survey's own language."""
    if isinstance(value, str):
        context = cast("dict[str, str]", info.context or {})
        return {context.get("language", "en"): value}
    return value


LocalText = Annotated[dict[str, str], BeforeValidator(_wrap_text)]


class Part(BaseModel):
    """Whatever stands in a definition: frozen, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), defer_build=True)


class Choice(Part):
    """One choice. `missing` says that it is a reason for having no answer, shown apart from the scale."""

    label: LocalText
    missing: Missing | None = None
    exclusive: bool = False
    other: bool = False


def _choices(value: object) -> object:
    """`yes: Ja` is short for `yes: {label: Ja}`."""
    if not isinstance(value, Mapping):
        return value
    items = cast("Mapping[object, object]", value)
    return {name: {"label": item} if isinstance(item, str) else item for name, item in items.items()}


Choices = Annotated[dict[Name, Choice], BeforeValidator(_choices)]


class ChoiceList(Part):
    """A shared list. `scale` orders it: `descending` has the most, or the best, first.

    `translation_note` tells translators what to take care of.
    """

    choices: Choices
    scale: Literal["ascending", "descending"] | None = None
    translation_note: str = ""


class Question(Part):
    """One question. `choices` names a shared list in a file, and holds the choices once loaded.

    `translation_note` tells translators what to take care of; nobody who answers sees it.
    """

    name: Name
    type: TypeName
    label: LocalText = Field(default_factory=dict)
    hint: LocalText = Field(default_factory=dict)
    choices: Choices = Field(default_factory=dict)
    list_name: Name | None = None
    scale: Literal["ascending", "descending"] | None = None
    required: bool = False
    relevant: str = ""
    constraint: str = ""
    constraint_message: LocalText = Field(default_factory=dict)
    calculation: str = ""
    appearance: Literal["", "multiline"] = ""
    max_length: int | None = Field(default=None, ge=1, le=10_000)
    role: Role | None = None
    translation_note: str = ""

    @property
    def other_choice(self) -> str | None:
        """The code of the choice that opens a text field, if there is one."""
        return next((name for name, choice in self.choices.items() if choice.other), None)

    @property
    def substantive(self) -> list[str]:
        """Codes that are answers, in order; those that mean "no answer" are left out."""
        return [name for name, choice in self.choices.items() if choice.missing is None]


class Page(Part):
    """One screen."""

    name: Name
    title: LocalText = Field(default_factory=dict)
    relevant: str = ""
    questions: tuple[Question, ...] = Field(min_length=1)


class Attribute(Part):
    """A column of the roster as the survey may use it.

    `respondent` says whose identifier, contact data or language it is, where that is not the course's own person.
    """

    label: LocalText = Field(default_factory=dict)
    type: Literal["text", "integer", "date", "choice"] = "text"
    choices: Choices = Field(default_factory=dict)
    sensitivity: Literal["identifier", "contact", "ordinary", "sensitive"] = "ordinary"
    role: Literal["person", "course", "language", "name", "phone", "email", "coordinator"] | None = None
    respondent: Name | None = None
    required: bool = False
    year_of: Name | None = None


class Roster(Part):
    """The columns of the roster. A row is a course; `person` and `course` roles identify it."""

    format: Literal[1] = 1
    language: Language
    columns: dict[Name, Attribute]

    def column(self, role: str, respondent: str | None = None) -> str:
        """The name of the column with this role for this respondent ("" if none has it)."""
        wanted = (role, respondent)
        return next((name for name, column in self.columns.items() if (column.role, column.respondent) == wanted), "")

    @cached_property
    def respondents(self) -> tuple[str, ...]:
        """Who answers for a course beside its own person, in order of their columns."""
        return tuple(dict.fromkeys(column.respondent for column in self.columns.values() if column.respondent))

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """Columns that surveys and analysis may use: neither contact data nor identifiers."""
        hidden = {"identifier", "contact"}
        return {name: column for name, column in self.columns.items() if column.sensitivity not in hidden}


class Follows(Part):
    """An earlier survey whose question `agreed` (role `recontact`) must have been answered with `code`."""

    survey: SurveyName
    agreed: Name
    code: Name = "yes"


class Survey(Part):
    """A resolved definition: shared lists inlined, every text in every language, attributes that it uses.

    `respondent` names who answers where that is not the course's own person; her columns in the roster carry it, too.
    """

    survey: SurveyName
    version: int = Field(ge=1)
    language: Language
    translations: tuple[Language, ...] = ()
    title: LocalText
    refusal: str = ""
    invite: str = ""
    follows: Follows | None = None
    respondent: Name | None = None
    pages: tuple[Page, ...] = Field(min_length=1)
    attributes: dict[Name, Attribute] = Field(default_factory=dict)
    drafts: dict[Language, tuple[str, ...]] = Field(default_factory=dict)
    untranslated: dict[Language, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """`course-end@2`: names this version everywhere."""
        return f"{self.survey}@{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.language, *self.translations)

    @property
    def questions(self) -> Iterator[Question]:
        """All questions in order."""
        return (question for page in self.pages for question in page.questions)

    @cached_property
    def by_name(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions}

    def page(self, name: str) -> Page | None:
        return next((page for page in self.pages if page.name == name), None)

    def with_role(self, role: Role) -> Question | None:
        """The first question that carries the role."""
        return next((question for question in self.questions if question.role == role), None)
