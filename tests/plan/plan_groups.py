"""Additions to a good plan: groupings, weights, comparisons and scales, right and wrong."""

from evaltool.survey.model import Roster, Survey


def _survey(name, version, *questions):
    data = {"survey": name, "version": version, "language": "en", "title": name}
    pages = [{"name": "all", "questions": [{"label": question["name"], **question} for question in questions]}]
    return Survey.model_validate({**data, "pages": pages}, context={"language": "en"})


def _one(name, *codes, **more):
    choices = {code: code for code in codes} | {"hush": {"label": "-", "missing": "refused"}}
    return {"name": name, "type": "select_one", "choices": choices, **more}


_LEVELS = ("low", "mid", "high")
_END = (
    _one("job", "paid", "own", "none"),
    *(_one(name, *_LEVELS, scale="ascending") for name in ("calm", "glad", "keen")),
    _one("brave", *reversed(_LEVELS), scale="descending"),
    {"name": "wish", "type": "text"},
)
SURVEYS = {
    survey.key: survey
    for survey in (_survey("end", 1, *_END), _survey("start", 1, *_END[1:4], _one("early", *_LEVELS)))
}
ROSTER = Roster.model_validate(
    {
        "language": "en",
        "columns": {
            "person_id": {"role": "person", "sensitivity": "identifier"},
            "course_id": {"role": "course", "sensitivity": "identifier"},
            "phone": {"role": "phone", "sensitivity": "contact"},
            "year": {"type": "integer"},
            "began": {"type": "date"},
            "ended": {"type": "date"},
            "site": {"type": "choice", "choices": {"south": "South", "north": "North", "west": "West"}},
            "work": {"type": "choice", "choices": {"job": "Job", "none": "None"}},
        },
    },
    context={"language": "en"},
)
START = """\
format: 1
language: en
population: {survey: end, column: year, ended: ended, units: courses, respondents: people}
breakdowns: [site, length]
indicators:
  busy: {label: Busy, rule: "${job} = 'paid'", recorded: {column: work, counted: [job]}}
  happy: {label: Happy, variable: glad, counted: [high]}
  change: {label: Change, paired: {start: start, variable: glad}}
groups:
  length:
    label: Length
    days: {start: began, end: ended}
    levels: {short: {label: Short, below: 180}, long: {label: Long}}
"""
GROUPS = """\
  coast: {label: Coast, column: site, levels: {sea: {label: S, codes: [south, west]}, land: {label: A, codes: [north]}}}
  employed: {label: Job, answer: job}
"""
REST = """\
weights: {margins: [coast, length], smallest: 3, trim: 4}
representativeness: [site, length]
comparisons:
  years: {by: year, indicators: [busy, happy], covariates: [site, length], family: main}
  sites: {by: site, reference: north, indicators: [busy], status: exploratory}
  jobs: {by: employed, indicators: [happy], covariates: [coast], family: main}
families: {main: holm}
scales:
  well: {label: Well-being, items: [calm, glad, keen]}
  first: {label: First, survey: start, items: [calm, glad, keen]}
"""
GOOD = START + GROUPS + REST

# Old text, new text, line and code of the only fault, words of its message, words of its mend.
FAULTY = [
    ("ended: ended", "ended: endet", 3, "unknown-column", "«endet»", "«ended»"),
    ("ended: ended", "ended: site", 3, "bad-kind", "no date column", "type date"),
    ("breakdowns: [site, length]", "breakdowns: [site, lenght]", 4, "unknown-column", "«lenght»", "«length»"),
    ("breakdowns: [site, length]", "breakdowns: [site, phone]", 4, "unknown-column", "«phone»", ""),
    ("{column: work, counted", "{column: wrk, counted", 6, "unknown-column", "«wrk»", "«work»"),
    ("{column: work, counted: [job]}", "{column: year, counted: [job]}", 6, "bad-kind", "no choice column", "choice"),
    ("{column: work, counted: [job]}", "{column: work, counted: [jop]}", 6, "unknown-code", "«jop»", "«job»"),
    ("{column: work, counted: [job]}", "{column: work, counted: []}", 6, "bad-value", "at least 1", ""),
    ("{column: work, counted: [job]}", "{column: work}", 6, "missing-key", "counted", "Add it"),
    (
        "paired: {start: start, variable: glad}",
        "recorded: {column: work, counted: [job]}, paired: {start: start, variable: glad}",
        8,
        "needless-key",
        "no outcome that the roster could have recorded",
        "Remove it",
    ),
    ("weights: {m", "  work: {label: X, answer: job}\nweights: {m", 16, "taken-name", "roster column", "another name"),
    (
        "weights: {m",
        "  response: {label: X, answer: job}\nweights: {m",
        16,
        "taken-name",
        "evaltool's own rows",
        "another name",
    ),
    ("column: site, levels", "levels", 14, "bad-kind", "exactly one of days, column, answer", "Keep the one"),
    ("answer: job", "answer: job, column: site", 15, "bad-kind", "exactly one of days, column, answer", "Keep the one"),
    ("  coast: {label: Coast, ", "  coast: {", 14, "missing-key", "label", "Add it"),
    ("  coast: {label: Coast, ", "  coast: {label: {da: Kyst}, ", 14, "missing-text", "«en»", "«en: …»"),
    ("sea: {label: S", "sea: {label: {da: Hav}", 14, "missing-text", "«en»", "«en: …»"),
    ("days: {start: began", "days: {start: begun", 12, "unknown-column", "«begun»", "«began»"),
    ("days: {start: began", "days: {start: site", 12, "bad-kind", "no date column", "type date"),
    ("days: {start: began, end: ended}", "days: {start: began}", 12, "missing-key", "end", "Add it"),
    ("below: 180", "below: 0", 13, "bad-value", "greater than 0", ""),
    ("{label: Short, below: 180}", "{label: Short}", 13, "bad-levels", "do not follow", "one larger"),
    (
        "long: {label: Long}",
        "long: {label: Long, below: 300}",
        13,
        "bad-levels",
        "do not follow",
        "each level but the last",
    ),
    (
        "long: {label: Long}",
        "mid: {label: Mid, below: 90}, long: {label: Long}",
        13,
        "bad-levels",
        "do not follow",
        "one larger",
    ),
    ("long: {label: Long}", "long: {label: Long, codes: [a]}", 13, "needless-key", "no codes", "Remove it"),
    ("levels: {short: {label: Short, below: 180}, long: {label: Long}}", "levels: {}", 13, "bad-levels", "follow", ""),
    ("column: site, levels", "column: sit, levels", 14, "unknown-column", "«sit»", "«site»"),
    ("codes: [south, west]", "codes: [south, wets]", 14, "unknown-code", "«wets»", "«west»"),
    ("codes: [south, west]", "codes: [south, west, north]", 14, "bad-levels", "two levels", "one of them"),
    ("codes: [south, west]", "codes: [south]", 14, "bad-levels", "«west» stands in no level", "not recorded"),
    ("codes: [north]}", "codes: [north], below: 4}", 14, "bad-levels", "no limit", "codes that it joins"),
    (
        "levels: {sea: {label: S, codes: [south, west]}, land: {label: A, codes: [north]}}",
        "levels: {}",
        14,
        "bad-levels",
        "nothing else",
        "column itself",
    ),
    ("answer: job", "answer: jop", 15, "unknown-question", "«jop»", "«job»"),
    ("answer: job", "answer: wish", 15, "bad-kind", "type text", "another question"),
    ("margins: [coast, length]", "margins: [coast, lenght]", 16, "unknown-column", "«lenght»", "«length»"),
    ("margins: [coast, length]", "margins: [employed]", 16, "bad-kind", "only of those who answered", "roster column"),
    ("margins: [coast, length]", "margins: [coast, coast]", 16, "needless-key", "stands twice", "Keep one"),
    ("margins: [coast, length]", "margins: []", 16, "bad-value", "at least 1", ""),
    ("margins: [coast, length], ", "", 16, "missing-key", "margins", "Add it"),
    ("smallest: 3", "smallest: 0", 16, "bad-value", "greater than or equal to 1", ""),
    ("trim: 4", "trim: 1", 16, "bad-value", "greater than 1", ""),
    ("smallest: 3", "smalest: 3", 16, "unknown-key", "smalest", "«smallest»"),
    ("breakdowns: [site, length]", "breakdowns: [site, site]", 4, "needless-key", "stands twice", "Keep one"),
    ("breakdowns: [site, length]", "breakdowns: [began]", 4, "bad-kind", "is a date", "bands of «days»"),
    ("start: began, end: ended", "start: ended, end: ended", 12, "bad-kind", "start and end with «ended»", "two dates"),
    ("column: site, levels", "column: year, levels", 14, "bad-kind", "no codes to join", "type choice"),
    ("margins: [coast, length]", "margins: [coast, year]", 16, "bad-kind", "has no choices", "type choice"),
    ("margins: [coast, length]", "margins: [began]", 16, "bad-kind", "is a date", "bands of «days»"),
    ("covariates: [site, length]", "covariates: [site, ended]", 19, "bad-kind", "is a date", "bands of «days»"),
    ("[busy], status: ", "[busy], family: main, status: ", 20, "needless-key", "would dilute the planned", "Remove it"),
    ("ness: [site, length]", "ness: [site, size]", 17, "unknown-column", "«size»", "«site»"),
    ("ness: [site, length]", "ness: [employed]", 17, "bad-kind", "only of those who answered", "roster column"),
    ("ness: [site, length]", "ness: [began]", 17, "bad-kind", "is a date", "bands of «days»"),
    ("ness: [site, length]", "ness: [site, site]", 17, "needless-key", "stands twice", "Keep one"),
    ("years: {by: year", "target: {by: year", 19, "taken-name", "own rows", "another name"),
    (
        "by: year, indicators: [busy, happy]",
        "by: year, indicators: [busi]",
        19,
        "unknown-indicator",
        "«busi»",
        "«busy»",
    ),
    ("by: year, indicators: [busy, happy]", "by: year, indicators: [change]", 19, "bad-kind", "paired", "one share"),
    ("by: year, indicators: [busy, happy]", "by: year, indicators: []", 19, "bad-value", "at least 1", ""),
    (
        "by: year, indicators: [busy, happy]",
        "by: year, indicators: [busy, busy]",
        19,
        "needless-key",
        "twice",
        "Keep one",
    ),
    ("covariates: [site, length]", "covariates: [site, size]", 19, "unknown-column", "«size»", "«site»"),
    ("covariates: [site, length]", "covariates: [site, site]", 19, "needless-key", "twice", "Keep one"),
    ("family: main}\n  sites", "family: mian}\n  sites", 19, "unknown-family", "«mian»", "«main»"),
    ("by: site, reference", "by: sight, reference", 20, "unknown-column", "«sight»", "«site»"),
    ("reference: north", "reference: nord", 20, "unknown-level", "«nord»", "«north»"),
    ("by: site, reference: north", "by: began", 20, "bad-kind", "no levels to compare", "type choice"),
    ("status: exploratory", "status: maybe", 20, "bad-value", "planned, exploratory", ""),
    ("covariates: [coast]", "covariates: [employed]", 21, "needless-key", "is what is compared", "Remove it"),
    (
        "{main: holm}",
        "{main: holm, other: holm}",
        22,
        "needless-key",
        "no comparison is of the family «other»",
        "remove",
    ),
    ("{main: holm}", "{main: bonferroni}", 22, "bad-value", "holm, benjamini_hochberg", ""),
    ("  well: {", "  happy: {", 24, "taken-name", "«happy»", "another"),
    ("  well: {", "  quality: {", 24, "taken-name", "«quality»", "another"),
    ("label: Well-being", "label: {da: Trivsel}", 24, "missing-text", "«en»", "«en: …»"),
    ("being, items: [calm, glad, keen]", "being, items: [calm, glad]", 24, "bad-value", "at least 3", ""),
    ("being, items: [calm, glad, keen]", "being, items: [calm, glad, glad]", 24, "needless-key", "twice", "Keep one"),
    ("being, items: [calm, glad, keen]", "being, items: [calm, glad, ken]", 24, "unknown-question", "«ken»", "«keen»"),
    ("being, items: [calm, glad, keen]", "being, items: [calm, glad, brave]", 24, "no-scale", "one ordered", "list"),
    ("being, items: [calm, glad, keen]", "being, items: [calm, glad, wish]", 24, "no-scale", "one ordered", "list"),
    ("survey: start, items", "survey: strat, items", 25, "unknown-survey", "«strat»", "«start»"),
    ("start, items: [calm, glad, keen]", "start, items: [calm, glad, early]", 25, "no-scale", "one ordered", "list"),
    (
        "start, items: [calm, glad, keen]",
        "start, items: [calm, glad, brave]",
        25,
        "unknown-question",
        "«brave»",
        "Known",
    ),
]
