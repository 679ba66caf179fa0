"""What is wrong in an analysis plan beyond its shape."""

from collections.abc import Iterator, Mapping, Sequence

from evaltool.errors import ExpressionError, Fault
from evaltool.plan.finder import Finder, Location, versions_of
from evaltool.plan.model import RESERVED, Indicator, Recorded
from evaltool.survey.check import code_faults
from evaltool.survey.expressions import Comparison, Conjunction, names, parse
from evaltool.survey.model import Attribute, Question
from evaltool.yamlfile import nearest


def _narrowed_by(base: str) -> list[str]:
    """Names that must have an answer for the base to hold: those of comparisons that all have to be true."""
    try:
        expression = parse(base) if base else Conjunction(())
    except ExpressionError:
        return []  # told as a fault of its own
    parts = expression.items if isinstance(expression, Conjunction) else (expression,)
    return [name for part in parts if isinstance(part, Comparison) and part.operator == "=" for name in names(part)]


class Check(Finder):
    """Finds what is wrong in a plan beyond its shape."""

    def faults(self) -> Iterator[Fault]:
        population = self._plan.population
        yield from self._survey(population.survey, ("population", "survey"))
        yield from self._column(population.column, ("population", "column"))
        if population.status:
            yield from self._status(population.status, ("population", "status"))
        yield from self._expression(population.eligible, self._attributes, ("population", "eligible"))
        for key in ("units", "respondents"):
            yield from self._words(getattr(population, key), ("population", key))
        if population.ended:
            yield from self._date(population.ended, ("population", "ended"))
        for name, indicator in self._plan.indicators.items():
            yield from self._indicator(name, indicator)
        yield from self._headline()
        yield from self._distributions()
        yield from self._panel()

    def _panel(self) -> Iterator[Fault]:
        waves = self._plan.panel.waves if self._plan.panel else {}
        for wave, survey in waves.items():
            yield from self._survey(survey, ("panel", "waves", wave))
        yield from self._respondents(list(waves.values()), ("panel", "waves"))

    def _respondents(self, surveys: Sequence[str], place: Location) -> Iterator[Fault]:
        """Answers of two people about one course are never put together."""
        asked = {version.respondent or "" for survey in surveys for version in versions_of(self._surveys, survey)}
        if len(asked) > 1:
            message = f"{', '.join(surveys)} are not all answered by the same person"
            yield self._fault("other-respondent", message, place, "Name surveys with the same «respondent».")

    def _status(self, name: str, place: Location) -> Iterator[Fault]:
        yield from self._column(name, place)
        if name in self._attributes and not self._attributes[name].choices:
            message = f"«{name}» is no choice column, so its codes cannot be counted"
            yield self._fault("bad-kind", message, place, "Name a column of type choice, or remove the key.")

    def _expression(self, text: str, known: Mapping[str, Question | Attribute], place: Location) -> Iterator[Fault]:
        if not text:
            return
        try:
            expression = parse(text)
        except ExpressionError as error:
            yield self._fault(error.code, error.message, place, error.mend)
            return
        for name in names(expression):
            yield from self._unknown("name", name, list(known), place)
        yield from code_faults(expression, known, self._file.where(place))

    def _indicator(self, name: str, indicator: Indicator) -> Iterator[Fault]:
        place = ("indicators", name)
        survey = indicator.survey or ""
        if name in RESERVED:
            yield self._fault("taken-name", f"«{name}» is a name of evaltool's own rows", place, "Choose another name.")
        if survey != self._plan.population.survey:
            yield from self._survey(survey, (*place, "survey"))
        yield from self._words(indicator.label, (*place, "label"))
        if indicator.base_label:
            yield from self._words(indicator.base_label, (*place, "base_label"))
        questions = self._questions.get(survey, {})
        known = {**self._attributes, **questions}
        if questions:
            yield from self._kind(indicator, place)
            yield from self._expression(indicator.rule, known, (*place, "rule"))
            yield from self._expression(indicator.base, known, (*place, "base"))
            for number, answer in enumerate(indicator.answered):
                yield from self._unknown("question", answer, list(questions), (*place, "answered", number))
            yield from self._variable(indicator, questions, place)
            yield from self._paired(indicator, questions, place)
        if indicator.recorded:
            yield from self._recorded(indicator.recorded, (*place, "recorded"))

    def _recorded(self, recorded: Recorded, place: Location) -> Iterator[Fault]:
        yield from self._status(recorded.column, (*place, "column"))
        choices = self._attributes[recorded.column].choices if recorded.column in self._attributes else {}
        for number, code in enumerate(recorded.counted if choices else ()):
            yield from self._unknown("code", code, list(choices), (*place, "counted", number))

    def _kind(self, indicator: Indicator, place: Location) -> Iterator[Fault]:
        kinds = [indicator.rule, indicator.variable, indicator.paired]
        if len([kind for kind in kinds if kind]) != 1:
            message = f"«{place[-1]}» needs exactly one of rule, variable, paired"
            yield self._fault("bad-kind", message, place, "Keep the one that defines the share.")
        if bool(indicator.variable) != bool(indicator.counted):
            mend = "Name the question in «variable» and its codes in «counted»."
            yield self._fault("bad-kind", f"«{place[-1]}»: variable and counted belong together", place, mend)
        if indicator.paired and indicator.target is not None:
            message = f"«{place[-1]}»: a paired change is three shares and takes no target"
            yield self._fault("needless-key", message, (*place, "target"), "Remove it.")
        if indicator.paired and indicator.recorded:
            message = f"«{place[-1]}»: a paired change is no outcome that the roster could have recorded"
            yield self._fault("needless-key", message, (*place, "recorded"), "Remove it.")
        if indicator.base and not indicator.base_label:
            message = f"«{place[-1]}» has a base without words for it"
            yield self._fault("missing-text", message, (*place, "base"), "Add «base_label».")

    def _variable(self, indicator: Indicator, questions: Mapping[str, Question], place: Location) -> Iterator[Fault]:
        if not indicator.variable:
            return
        yield from self._select_one(indicator.variable, questions, (*place, "variable"))
        question = questions.get(indicator.variable)
        for number, code in enumerate(indicator.counted if question and question.choices else ()):
            assert question is not None
            if code not in question.substantive:
                message = f"«{code}» is not an answer to «{indicator.variable}»"
                mend = nearest(code, question.substantive)
                yield self._fault("unknown-code", message, (*place, "counted", number), mend)

    def _paired(self, indicator: Indicator, questions: Mapping[str, Question], place: Location) -> Iterator[Fault]:
        if not indicator.paired:
            return
        place = (*place, "paired")
        name = indicator.paired.variable
        yield from self._survey(indicator.paired.start, (*place, "start"))
        start = self._questions.get(indicator.paired.start)
        for asked in (questions, start or {}):
            if asked:
                yield from self._select_one(name, asked, (*place, "variable"))
        yield from self._respondents([indicator.survey or "", indicator.paired.start], (*place, "start"))
        if not start:
            return
        yield from self._expression(indicator.base, {**self._attributes, **start}, (*place[:-1], "base"))
        if name not in start or name not in questions:
            return
        if len(self._scales(name, indicator.survey or "", indicator.paired.start)) != 1 or not questions[name].scale:
            message = f"«{name}» has not the same ordered scale in every version of both surveys"
            yield self._fault("no-scale", message, (*place, "variable"), "Use one shared list that has a «scale».")
        if len(self._wordings(name, indicator.survey or "", indicator.paired.start)) > 1:
            message = f"«{name}» is not asked in the same words in every version of both surveys"
            yield self._fault(
                "not-comparable", message, (*place, "variable"), "A change between two questions is none."
            )
        yield from self._linking(indicator, place)

    def _wordings(self, name: str, *surveys: str) -> set[tuple[str, ...]]:
        """The different texts, in a survey's own language, of a question and its choices over all versions."""
        versions = [version for survey in surveys for version in versions_of(self._surveys, survey)]
        asked = [(version.by_name[name], version.language) for version in versions if name in version.by_name]
        return {
            (question.label.get(language, ""), *(item.label.get(language, "") for item in question.choices.values()))
            for question, language in asked
        }

    def _linking(self, indicator: Indicator, place: Location) -> Iterator[Fault]:
        """Answers of two surveys are put together only for who agreed to that, wherever a survey asks for it."""
        assert indicator.paired is not None
        surveys = (indicator.survey or "", indicator.paired.start)
        linking = {
            question.name
            for survey in surveys
            for version in versions_of(self._surveys, survey)
            for question in version.questions
            if question.role == "link"
        }
        for name in sorted(linking - set(_narrowed_by(indicator.base))):
            message = f"the base of «{place[1]}» does not ask for consent to put answers together"
            yield self._fault("no-consent", message, place[:-1], f"Add ${{{name}}} = 'yes' to «base».")

    def _scales(self, name: str, *surveys: str) -> set[tuple[object, ...]]:
        """The different scales that a question has over all versions of these surveys."""
        versions = [version for survey in surveys for version in versions_of(self._surveys, survey)]
        asked = [version.by_name[name] for version in versions if name in version.by_name]
        return {(question.scale, *question.substantive) for question in asked}

    def _headline(self) -> Iterator[Fault]:
        if self._plan.headline is None:
            return
        yield from self._unknown("indicator", self._plan.headline, list(self._plan.indicators), ("headline",))
        indicator = self._plan.indicators.get(self._plan.headline)
        if indicator and indicator.paired:
            message = f"the headline «{self._plan.headline}» is a paired change"
            yield self._fault("bad-kind", message, ("headline",), "Name an indicator that is one share.")

    def _distributions(self) -> Iterator[Fault]:
        questions = self._questions.get(self._plan.population.survey, {})
        for number, name in enumerate(self._plan.distributions):
            place = ("distributions", number)
            if name in self._plan.indicators or name in RESERVED:
                message = f"«{name}» is the name of an indicator already"
                mend = "Remove it: an indicator with a variable has its distribution beside it."
                yield self._fault("taken-name", message, place, mend)
            elif questions:
                yield from self._select_one(name, questions, place)
