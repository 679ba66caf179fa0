"""What is wrong in a plan's groupings, weights, comparisons and scales."""

from collections.abc import Iterator, Mapping, Sequence

from evaltool.errors import Fault
from evaltool.plan.finder import Finder, Location
from evaltool.plan.model import RESERVED, TAKEN, Compared, Grouping, Scale
from evaltool.survey.model import Question


class CheckGroups(Finder):
    """Finds what is wrong in what a plan counts by, weights by and compares."""

    def faults(self) -> Iterator[Fault]:
        plan = self._plan
        for name, group in plan.groups.items():
            yield from self._group(name, group)
        yield from self._once(plan.breakdowns, ("breakdowns",))
        for number, name in enumerate(plan.breakdowns):
            yield from self._grouping(name, ("breakdowns", number))
            yield from self._no_date(name, ("breakdowns", number))
        yield from self._all_of_roster(plan.representativeness, ("representativeness",))
        yield from self._margins(plan.weights.margins if plan.weights else (), ("weights", "margins"))
        for name, compared in plan.comparisons.items():
            if name in TAKEN:
                message = f"«{name}» stands in a column of evaltool's own rows"
                yield self._fault("taken-name", message, ("comparisons", name), "Choose another name.")
            yield from self._compared(compared, ("comparisons", name))
        for name in plan.families:
            if all(compared.family != name for compared in plan.comparisons.values()):
                mend = "Name it in the «family» of a comparison, or remove it."
                yield self._fault("needless-key", f"no comparison is of the family «{name}»", ("families", name), mend)
        for name, scale in plan.scales.items():
            yield from self._scale(name, scale)

    def _grouping(self, name: str, place: Location) -> Iterator[Fault]:
        return self._unknown("column", name, [*self._attributes, *self._plan.groups], place)

    def _all_of_roster(self, names: Sequence[str], place: Location) -> Iterator[Fault]:
        yield from self._once(names, place)
        for number, name in enumerate(names):
            yield from self._of_roster(name, (*place, number))

    def _of_roster(self, name: str, place: Location) -> Iterator[Fault]:
        """Weights and the look at who answered need what is known of everybody, in few categories."""
        yield from self._grouping(name, place)
        yield from self._no_date(name, place)
        group = self._plan.groups.get(name)
        if group and group.answer:
            message = f"«{name}» is known only of those who answered"
            yield self._fault("bad-kind", message, place, "Name a roster column, or a grouping of one.")

    def _no_date(self, name: str, place: Location) -> Iterator[Fault]:
        if name in self._attributes and self._attributes[name].type == "date":
            message = f"«{name}» is a date, and nearly everybody has one of their own"
            yield self._fault("bad-kind", message, place, "Name a grouping in bands of «days», or another column.")

    def _margins(self, names: Sequence[str], place: Location) -> Iterator[Fault]:
        yield from self._all_of_roster(names, place)
        for number, name in enumerate(names):
            column = self._attributes.get(name)
            if column is not None and not column.choices and column.type != "date":
                message = f"«{name}» has no choices, so nobody knows its categories beforehand"
                yield self._fault("bad-kind", message, (*place, number), "Name a column of type choice, or a grouping.")

    def _group(self, name: str, group: Grouping) -> Iterator[Fault]:
        place = ("groups", name)
        if name in self._attributes or name in RESERVED:
            owner = "a roster column" if name in self._attributes else "evaltool's own rows"
            yield self._fault("taken-name", f"«{name}» is the name of {owner}", place, "Choose another name.")
        if len([kind for kind in (group.days, group.column, group.answer) if kind]) != 1:
            message = f"«{name}» needs exactly one of days, column, answer"
            yield self._fault("bad-kind", message, place, "Keep the one that the levels are made of.")
            return
        yield from self._words(group.label, (*place, "label"))
        for code, level in group.levels.items():
            yield from self._words(level.label, (*place, "levels", code, "label"))
        if group.days:
            yield from self._date(group.days.start, (*place, "days", "start"))
            yield from self._date(group.days.end, (*place, "days", "end"))
            if group.days.start == group.days.end:
                message = f"the days of «{name}» start and end with «{group.days.end}»"
                yield self._fault("bad-kind", message, (*place, "days", "end"), "Name two dates of the roster.")
            yield from self._bands(group, place)
        else:
            yield from self._joined(group, place)

    def _bands(self, group: Grouping, place: Location) -> Iterator[Fault]:
        limits = [level.below for level in group.levels.values()]
        ends = limits[-1] if limits else 1
        growing = [limit for limit in limits[:-1] if limit is not None]
        if ends is not None or growing != sorted(set(growing)) or len(growing) != len(limits) - 1:
            message = f"the bands of «{place[-1]}» do not follow each other"
            mend = "Give each level but the last a «below», one larger than the other."
            yield self._fault("bad-levels", message, (*place, "levels"), mend)
        for code, level in group.levels.items():
            if level.codes:
                yield self._fault("needless-key", "a band of days has no codes", (*place, "levels", code), "Remove it.")

    def _joined(self, group: Grouping, place: Location) -> Iterator[Fault]:
        known = self._codes(group)
        yield from self._source(group, place)
        if group.column and not group.levels:
            message = f"«{place[-1]}» is «{group.column}» and nothing else"
            yield self._fault("bad-levels", message, place, "Name the column itself, or join its codes in «levels».")
        taken: set[str] = set()
        for name, level in group.levels.items():
            where = (*place, "levels", name)
            if not level.codes or level.below is not None:
                message = f"the level «{name}» needs codes, and no limit"
                yield self._fault("bad-levels", message, where, "Name the codes that it joins.")
            for code in level.codes:
                if known:
                    yield from self._unknown("code", code, known, where)
                if code in taken:
                    message = f"«{code}» stands in two levels"
                    yield self._fault("bad-levels", message, where, "Keep it in one of them.")
                taken.add(code)
        whole = bool(group.levels) and taken <= {*known}
        for code in known if whole else ():
            if code not in taken:
                message = f"«{code}» stands in no level"
                mend = "Put it in one: who has it would count as not recorded."
                yield self._fault("bad-levels", message, (*place, "levels"), mend)

    def _source(self, group: Grouping, place: Location) -> Iterator[Fault]:
        if group.column:
            yield from self._column(group.column, (*place, "column"))
            column = self._attributes.get(group.column)
            if column is not None and not column.choices and group.levels:
                message = f"«{group.column}» has no choices, so there are no codes to join"
                yield self._fault("bad-kind", message, (*place, "column"), "Name a column of type choice.")
        elif self._asked:
            yield from self._select_one(group.answer or "", self._asked, (*place, "answer"))

    @property
    def _asked(self) -> Mapping[str, Question]:
        return self._questions.get(self._plan.population.survey, {})

    def _codes(self, group: Grouping) -> Sequence[str]:
        if group.column:
            column = self._attributes.get(group.column)
            return list(column.choices) if column else []
        question = self._asked.get(group.answer or "")
        return question.substantive if question else []

    def _compared(self, compared: Compared, place: Location) -> Iterator[Fault]:
        plan = self._plan
        if compared.by != plan.population.column:
            yield from self._grouping(compared.by, (*place, "by"))
            levels = self._levels(compared.by)
            if compared.reference is not None and levels:
                yield from self._unknown("level", compared.reference, levels, (*place, "reference"))
            if levels is not None and len(levels) < 2:
                message = f"«{compared.by}» has no levels to compare"
                yield self._fault("bad-kind", message, (*place, "by"), "Name a column of type choice, or a grouping.")
        for key in ("indicators", "covariates"):
            yield from self._once(getattr(compared, key), (*place, key))
        for number, name in enumerate(compared.indicators):
            where = (*place, "indicators", number)
            yield from self._unknown("indicator", name, list(plan.indicators), where)
            if name in plan.indicators and plan.indicators[name].paired:
                message = f"«{name}» is a paired change, which is not compared between groups"
                yield self._fault("bad-kind", message, where, "Name an indicator that is one share.")
        yield from self._covariates(compared, place)
        if compared.family is not None:
            yield from self._unknown("family", compared.family, list(plan.families), (*place, "family"))
            if compared.status == "exploratory":
                message = "exploratory tests stand in no family: they would dilute the planned ones"
                yield self._fault("needless-key", message, (*place, "family"), "Remove it, or plan the comparison.")

    def _covariates(self, compared: Compared, place: Location) -> Iterator[Fault]:
        for number, name in enumerate(compared.covariates):
            where = (*place, "covariates", number)
            yield from self._grouping(name, where)
            yield from self._no_date(name, where)
            if name == compared.by:
                yield self._fault("needless-key", f"«{name}» is what is compared", where, "Remove it.")

    def _levels(self, name: str) -> Sequence[str] | None:
        group = self._plan.groups.get(name)
        if group:
            return list(group.levels) or self._codes(group) or None  # a grouping without any is told where it stands
        return list(self._attributes[name].choices) if name in self._attributes else None

    def _scale(self, name: str, scale: Scale) -> Iterator[Fault]:
        place = ("scales", name)
        survey = scale.survey or self._plan.population.survey
        yield from self._words(scale.label, (*place, "label"))
        if name in self._plan.indicators or name in RESERVED:
            yield self._fault("taken-name", f"«{name}» is the name of an indicator already", place, "Choose another.")
        if survey not in self._questions:
            yield from self._survey(survey, (*place, "survey"))
            return
        questions = self._questions[survey]
        yield from self._once(scale.items, (*place, "items"))
        for number, item in enumerate(scale.items):
            yield from self._unknown("question", item, list(questions), (*place, "items", number))
        scales = {
            (question.scale, *question.substantive)
            for item in scale.items
            if (question := questions.get(item)) is not None
        }
        if len(scales) > 1 or any(kind is None for kind, *_ in scales):
            message = f"the questions of «{name}» have not one ordered scale of answers"
            yield self._fault(
                "no-scale", message, (*place, "items"), "Name questions that share a list with a «scale»."
            )
