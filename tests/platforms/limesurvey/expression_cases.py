"""The survey, the answers and the expressions whose results were recorded from a real LimeSurvey."""

from typing import Any

from evaltool.survey.model import Survey

REFUSED = {"refused": {"label": "Refused", "missing": "refused"}}
DEFINITION: dict[str, Any] = {
    "survey": "cases",
    "version": 1,
    "language": "en",
    "title": "Cases",
    "attributes": {
        "site": {"type": "choice", "choices": {"aarhus": {"label": "Aarhus"}, "odense": {"label": "Odense"}}},
        "year": {"type": "integer"},
        "started": {"type": "date"},
        "nick": {"type": "text"},
    },
    "pages": [
        {
            "name": "one",
            "questions": [
                {
                    "name": "job",
                    "type": "select_one",
                    "label": "Job?",
                    "choices": {"ordinary": "Yes", "own_business": "Own", "none": "No", **REFUSED},
                },
                {
                    "name": "sure",
                    "type": "select_one",
                    "label": "Sure?",
                    "choices": {"yes": "Yes", "no": "No"},
                },
                {
                    "name": "wish",
                    "type": "select_one",
                    "label": "Wish?",
                    "choices": {"own_trade": "Trade", "own_business": "Own", "ordinary": "Ordinary", **REFUSED},
                },
                {
                    "name": "topics",
                    "type": "select_multiple",
                    "label": "Topics?",
                    "choices": {
                        "time": "Time",
                        "way_home": "The way home",
                        "other": {"label": "Other", "other": True},
                        "nothing": {"label": "Nothing", "exclusive": True},
                        **REFUSED,
                    },
                },
                {"name": "count_it", "type": "integer", "label": "How many?"},
                {"name": "share", "type": "decimal", "label": "How much?"},
                {"name": "since", "type": "date", "label": "Since?"},
                {"name": "words", "type": "text", "label": "Words?"},
                {"name": "essay", "type": "text", "label": "More?", "appearance": "multiline"},
            ],
        },
        {
            "name": "two",
            "questions": [
                {"name": "hours", "type": "integer", "label": "Hours?", "relevant": "${job} = 'ordinary'"},
                {
                    "name": "pay",
                    "type": "select_one",
                    "label": "Pay?",
                    "relevant": "${job} != 'none'",
                    "choices": {"good": "Good", "bad": "Bad"},
                },
                {"name": "thanks", "type": "note", "label": "Go on."},
                {"name": "job_again", "type": "calculate", "calculation": "${job}"},
                {"name": "site_again", "type": "calculate", "calculation": "${site}"},
                {"name": "year_again", "type": "calculate", "calculation": "${year}"},
                {"name": "since_again", "type": "calculate", "calculation": "${since}"},
                {"name": "many", "type": "calculate", "calculation": "${count_it} > 5"},
                {
                    "name": "share_again",
                    "type": "calculate",
                    "relevant": "${job} = 'ordinary'",
                    "calculation": "${share}",
                },
            ],
        },
    ],
}

EXPRESSIONS: tuple[str, ...] = (
    "${job} = 'ordinary'",
    "${job} != 'ordinary'",
    "'ordinary' = ${job}",
    "not(${job} = 'ordinary')",
    "not(${job} != 'ordinary')",
    "${job} != 'none' and ${sure} != 'no'",
    "${job} = 'ordinary' or ${job} = 'own_business'",
    "${job}",
    "not(${job})",
    "${sure}",
    "selected(${job}, 'none')",
    "selected(${job}, 'refused')",
    "not(selected(${job}, 'none'))",
    "${job} > 'none'",
    "${job} <= 'none'",
    "${job} = ${wish}",
    "${job} != ${wish}",
    "not(${job} = ${wish})",
    "${job} = ${site}",
    "selected(${topics}, 'time')",
    "selected(${topics}, 'other')",
    "selected(${topics}, 'refused')",
    "not(selected(${topics}, 'way_home'))",
    "selected(${topics}, 'time') and not(selected(${topics}, 'way_home'))",
    "${topics}",
    "not(${topics})",
    "${count_it} = 0",
    "${count_it} != 0",
    "${count_it} > 5",
    "${count_it} >= 5",
    "${count_it} < 10",
    "${count_it} <= 10",
    "not(${count_it} > 5)",
    "5 < ${count_it}",
    "-3 <= ${count_it}",
    "${count_it} = -3",
    "${count_it} > 9.5",
    "${count_it}",
    "${count_it} >= 0 and ${count_it} <= 500",
    "${share} = 0.1",
    "${share} != 0.1",
    "${share} < 2.50",
    "${share} >= 12.5",
    "${share}",
    "${share} < ${count_it}",
    "${share} = ${count_it}",
    "${share} != ${count_it}",
    "${since} < '2021-06-01'",
    "${since} >= '2021-06-01'",
    "${since} = '2021-06-01'",
    "${since} != '2021-06-01'",
    "not(${since} = '2021-06-01')",
    "${since}",
    "${since} > ${started}",
    "${since} = ${started}",
    "${started} != ${since}",
    "${words} = 'yes'",
    "${words} != 'yes'",
    "${words} = '10'",
    "${words} = 'æble'",
    '${words} = "it\'s"',
    "${words}",
    "${words} = ${essay}",
    "${words} != ${essay}",
    "${words} = ${nick}",
    "${words} = ${job}",
    "${essay}",
    "${site} = 'aarhus'",
    "${site} != 'aarhus'",
    "not(${site} = 'aarhus')",
    "${site}",
    "${year} >= 2022",
    "${year} != 2022",
    "${year} = ${count_it}",
    "${year} < ${share}",
    "${started} < '2022-01-01'",
    "${started} != '2022-01-01'",
    "${nick} = '007'",
    "${nick} != '7'",
    "${nick}",
    "${hours} > 10",
    "${hours} != 10",
    "not(${hours} > 10)",
    "${hours}",
    "${pay} = 'good'",
    "${pay} != 'good'",
    "${pay} = 'good' or not(${job} = 'ordinary')",
    "${job_again} = 'own_business'",
    "${job_again} != 'own_business'",
    "${job_again}",
    "${site_again} = 'odense'",
    "${site_again} != 'odense'",
    "${year_again} > 2021",
    "${year_again} = ${year}",
    "${since_again} <= '2021-06-01'",
    "${many} = 1",
    "${many} != 1",
    "${many}",
    "not(${many})",
    "${share_again} > 0.05",
    "${share_again} != 0.1",
    "1",
    "0",
    "'a' = 'a' and ${sure} = 'yes'",
)

Given = dict[str, str | list[str]]
ANSWERS: tuple[tuple[Given, dict[str, str]], ...] = (
    ({}, {}),
    (
        {
            "job": "ordinary",
            "sure": "yes",
            "wish": "ordinary",
            "topics": ["time"],
            "count_it": "0",
            "share": "0.1",
            "since": "2021-06-01",
            "words": "yes",
            "essay": "yes",
            "hours": "10",
            "pay": "good",
        },
        {"site": "aarhus", "year": "2022", "started": "2021-06-01", "nick": "007"},
    ),
    (
        {
            "job": "own_business",
            "sure": "no",
            "wish": "own_business",
            "topics": ["time", "way_home", "other"],
            "topics_other": "a & b",
            "count_it": "6",
            "share": "12.5",
            "since": "2020-12-31",
            "words": "10",
            "essay": "1e1",
            "pay": "bad",
        },
        {"site": "odense", "year": "2021", "started": "2020-12-30", "nick": "10"},
    ),
    (
        {
            "job": "none",
            "wish": "own_trade",
            "topics": ["nothing"],
            "count_it": "-3",
            "share": "-0.25",
            "since": "1999-02-28",
            "words": "0",
            "essay": "0",
        },
        {"site": "aarhus", "year": "0", "started": "2022-01-01", "nick": "0"},
    ),
    (
        {"job": "refused", "sure": "yes", "wish": "refused", "topics": ["refused"], "count_it": "10", "share": "10"},
        {"year": "10", "nick": "7"},
    ),
    (
        {"job": "ordinary", "hours": "0", "words": "  yes  ", "essay": "line one\nline two", "count_it": "9"},
        {"site": "odense", "nick": "æble", "started": "2021-12-31"},
    ),
    (
        {"job": "ordinary", "wish": "own_business", "hours": "37", "words": "æble", "share": "2.5", "count_it": "500"},
        {"year": "2023", "nick": "aarhus"},
    ),
    (
        {"sure": "no", "topics": ["other"], "words": "it's", "essay": "it's", "share": "2.50", "since": "2100-12-31"},
        {"started": "2100-12-31", "site": "aarhus"},
    ),
    (
        {"job": "own_business", "wish": "ordinary", "words": "a < b & c > d", "essay": "a < b & c > d"},
        {"nick": "a < b & c > d", "year": "2022"},
    ),
    (
        {"job": "none", "words": "none", "count_it": "5", "share": "5", "topics": ["way_home"], "since": "2021-06-02"},
        {"site": "odense", "year": "5", "started": "2021-06-01", "nick": "none"},
    ),
    ({"words": "   ", "essay": "\n\n", "count_it": "501", "share": "0"}, {"year": "501"}),
    ({"words": '{x} "a"', "essay": '{x} "a"', "wish": "own_trade", "count_it": "-1"}, {"nick": '"a"'}),
    ({"job": "refused", "topics": ["time", "other"], "topics_other": "x", "words": "aarhus"}, {"site": "aarhus"}),
)


def cases_survey() -> Survey:
    """The survey with a last page that works each expression out, as a calculation and as a condition."""
    tests = [
        {"name": f"holds_{number}", "type": "calculate", "calculation": f"not(not({expression}))"}
        for number, expression in enumerate(EXPRESSIONS)
    ]
    asked = [
        {"name": f"asked_{number}", "type": "text", "label": f"Asked {number}?", "relevant": expression}
        for number, expression in enumerate(EXPRESSIONS)
    ]
    last = {"name": "last", "questions": [*tests, *asked, {"name": "end", "type": "note", "label": "The end."}]}
    return Survey.model_validate({**DEFINITION, "pages": [*DEFINITION["pages"], last]}, context={"language": "en"})


CONSTRAINED: dict[str, Any] = {
    "survey": "constraints",
    "version": 1,
    "language": "en",
    "title": "Constraints",
    "pages": [
        {
            "name": "page",
            "questions": [
                {"name": "few", "type": "integer", "constraint": ". >= 0 and . <= 500"},
                {"name": "share", "type": "decimal", "constraint": ". < 2.5 or . = 10"},
                {"name": "since", "type": "date", "constraint": ". >= '2020-01-01' and . < '2022-01-01'"},
                {"name": "words", "type": "text", "constraint": ". != 'no' and . != 'a'"},
                {
                    "name": "job",
                    "type": "select_one",
                    "constraint": ". != 'none'",
                    "choices": {"ordinary": "Yes", "none": "No", **REFUSED},
                },
                {
                    "name": "topics",
                    "type": "select_multiple",
                    "constraint": "selected(., 'time')",
                    "choices": {
                        "time": "Time",
                        "way_home": "The way home",
                        "nothing": {"label": "Nothing", "exclusive": True},
                    },
                },
                {
                    "name": "free",
                    "type": "select_multiple",
                    "choices": {
                        "time": "Time",
                        "way_home": "The way home",
                        "nothing": {"label": "Nothing", "exclusive": True},
                        **REFUSED,
                    },
                },
            ],
        },
        {"name": "last", "questions": [{"name": "end", "type": "note", "label": "The end."}]},
    ],
}

CONSTRAINT_ANSWERS: tuple[Given, ...] = (
    {},
    *({"few": text} for text in ("0", "500", "501", "-1", "7")),
    *({"share": text} for text in ("2.5", "2.49", "10", "10.1", "-1")),
    *({"since": text} for text in ("2019-12-31", "2020-01-01", "2021-12-31", "2022-01-01")),
    *({"words": text} for text in ("no", " no ", "nobody", "a", "b", "yes", "   ")),
    *({"job": text} for text in ("ordinary", "none", "refused")),
    *({"topics": codes} for codes in (["time"], ["way_home"], ["time", "way_home"], ["nothing"], ["time", "nothing"])),
    *({"free": codes} for codes in (["time", "way_home"], ["nothing"], ["refused"], ["way_home", "nothing"])),
    {"free": ["nothing", "refused"]},
    {"free": ["time", "refused"]},
)


def constrained_survey() -> Survey:
    """Questions whose answers are checked, each with a label and a message."""
    told = {"constraint_message": "Mend it."}
    pages = [
        {
            **page,
            "questions": [
                {"label": f"{item['name']}?", **item, **(told if "constraint" in item else {})}
                for item in page["questions"]
            ],
        }
        for page in CONSTRAINED["pages"]
    ]
    return Survey.model_validate({**CONSTRAINED, "pages": pages}, context={"language": "en"})


EVERY_TYPE: dict[str, Any] = {
    "survey": "every-type",
    "version": 3,
    "language": "en",
    "translations": ["ar"],
    "title": {"en": "Every {type} & more", "ar": "كل الأنواع"},
    "refusal": "${consent} = 'no'",
    "attributes": {
        "site": {
            "type": "choice",
            "choices": {"aarhus": {"label": {"en": 'The "C" house', "ar": "آرهوس"}}, "odense": {"label": "Odense"}},
        },
        "started": {"type": "date"},
        "nick": {"type": "text"},
    },
    "pages": [
        {
            "name": "consent",
            "title": {"en": "Will you?", "ar": "هل تريدين؟"},
            "questions": [
                {
                    "name": "about_it",
                    "type": "note",
                    "label": {"en": "At ${site} since ${started}, ${nick}: a < b & {c}\nNew line", "ar": "اتصلي 33 13"},
                },
                {
                    "name": "consent",
                    "type": "select_one",
                    "required": True,
                    "label": {"en": "May we?", "ar": "هل؟"},
                    "hint": {"en": "Say no if you like.", "ar": "قولي لا"},
                    "choices": {
                        "yes": {"label": {"en": "Yes", "ar": "نعم"}},
                        "no": {"label": {"en": "No", "ar": "لا"}},
                    },
                },
            ],
        },
        {
            "name": "all",
            "relevant": "${site} != 'odense'",
            "questions": [
                {
                    "name": "a_name_that_is_much_too_long_for_it",
                    "type": "select_one",
                    "label": "Job?",
                    "choices": {
                        "very_satisfied": "Very",
                        "very_dissatisfied": "Not",
                        "other": {"label": "Other", "other": True},
                        **REFUSED,
                    },
                },
                {
                    "name": "topics",
                    "type": "select_multiple",
                    "label": "Topics?",
                    "choices": {
                        "time": "Time",
                        "other": {"label": "Other", "other": True},
                        "nothing": {"label": {"en": "Nothing", "ar": "لا شيء"}, "exclusive": True},
                    },
                },
                {
                    "name": "count_it",
                    "type": "integer",
                    "label": "How many?",
                    "constraint": ". >= 0",
                    "constraint_message": {"en": "Not less than 0.", "ar": "ليس أقل من 0."},
                },
                {"name": "share", "type": "decimal", "label": "How much?"},
                {"name": "since", "type": "date", "label": "Since?"},
                {"name": "words", "type": "text", "label": "Words?"},
                {"name": "essay", "type": "text", "label": "More?", "appearance": "multiline", "max_length": 500},
                {"name": "where", "type": "calculate", "calculation": "${site}"},
            ],
        },
        {
            "name": "end",
            "questions": [
                {
                    "name": "why",
                    "type": "text",
                    "label": "Why?",
                    "relevant": "selected(${topics}, 'time') and ${count_it} > 5",
                }
            ],
        },
    ],
}


def every_type() -> Survey:
    """Every type of question, in two languages, one from right to left."""
    return Survey.model_validate(EVERY_TYPE, context={"language": "en"})
