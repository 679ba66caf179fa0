"""A short survey in three languages, as respondents meet it: long words, a scale, a list, numbers, free text."""

from pathlib import Path

from evaltool.records import Deployment
from evaltool.server.store import Participant, Store
from evaltool.survey.model import Survey


def _texts(da: str, en: str, ar: str) -> dict[str, str]:
    return {"da": da, "en": en, "ar": ar}


def _choice(da: str, en: str, ar: str, **kind: object) -> dict[str, object]:
    return {"label": _texts(da, en, ar), **kind}


SCALE = {
    "very_high": _choice("I meget høj grad", "To a very high degree", "بدرجة كبيرة جدا"),
    "high": _choice("I høj grad", "To a high degree", "بدرجة كبيرة"),
    "some": _choice("I nogen grad", "To some degree", "بدرجة ما"),
    "low": _choice("I mindre grad", "To a lesser degree", "بدرجة قليلة"),
    "none": _choice("Slet ikke", "Not at all", "لا على الإطلاق"),
    "unsaid": _choice("Jeg vil ikke svare", "I would rather not answer", "لا أريد الإجابة", missing="refused"),
}
YES_NO = {"yes": _choice("Ja", "Yes", "نعم"), "no": _choice("Nej", "No", "لا")}

SURVEY = Survey.model_validate(
    {
        "survey": "journey",
        "version": 1,
        "language": "da",
        "translations": ["en", "ar"],
        "title": _texts("Hvordan gik det med dig og din mentor?", "How did it go?", "كيف سارت الأمور؟"),
        "refusal": "${consent} = 'no'",
        "pages": [
            {
                "name": "consent",
                "title": _texts("Vil du svare?", "Will you answer?", "هل تريد أن تجيب؟"),
                "questions": [
                    {
                        "name": "about",
                        "type": "note",
                        "label": _texts(
                            "Det tager cirka ti minutter. Du bestemmer selv. Du må springe over, og du må stoppe.",
                            "It takes about ten minutes. You decide. You may skip, and you may stop.",
                            "يستغرق الأمر حوالي عشر دقائق. القرار لك. يمكنك تخطي أي سؤال والتوقف متى شئت.",
                        ),
                    },
                    {
                        "name": "consent",
                        "type": "select_one",
                        "required": True,
                        "label": _texts("Vil du svare på vores spørgsmål?", "May we ask you?", "هل يمكننا أن نسألك؟"),
                        "choices": YES_NO,
                    },
                ],
            },
            {
                "name": "help",
                "questions": [
                    {
                        "name": "degree",
                        "type": "select_one",
                        "label": _texts(
                            "I hvor høj grad har din mentor hjulpet dig på vej mod job eller uddannelse?",
                            "To what degree has your mentor helped you towards work or education?",
                            "إلى أي درجة ساعدك مرشدك في الطريق إلى العمل أو التعليم؟",
                        ),
                        "hint": _texts("Tænk på hele forløbet.", "Think of all of it.", "فكر في الفترة كلها."),
                        "choices": SCALE,
                    }
                ],
            },
            {
                "name": "numbers",
                "title": _texts("Om dit arbejde", "About your work", "عن عملك"),
                "questions": [
                    {
                        "name": "applications",
                        "type": "integer",
                        "label": _texts("Hvor mange job har du søgt?", "How many jobs?", "كم وظيفة تقدمت لها؟"),
                    },
                    {
                        "name": "hours",
                        "type": "decimal",
                        "label": _texts("Hvor mange timer om ugen?", "How many hours a week?", "كم ساعة في الأسبوع؟"),
                    },
                    {
                        "name": "since",
                        "type": "date",
                        "label": _texts("Hvornår begyndte du?", "When did you begin?", "متى بدأت؟"),
                        "hint": _texts("Dag, måned, år: 24-04-2022.", "Day, month, year: 24-04-2022.", "24-04-2022"),
                    },
                ],
            },
            {
                "name": "words",
                "questions": [
                    {
                        "name": "barriers",
                        "type": "select_multiple",
                        "label": _texts("Hvad gør det svært? Vælg alt, der passer.", "What is hard?", "ما الصعب؟"),
                        "choices": {
                            "language": _choice("Mit dansk", "My Danish", "لغتي الدنماركية"),
                            "education": _choice(
                                "Min uddannelse gælder ikke her: kompetenceafklaringsforløb",
                                "My education does not count here",
                                "تعليمي غير معترف به هنا",
                            ),
                            "another": _choice("Andet", "Something else", "شيء آخر", other=True),
                            "nothing": _choice("Intet er svært", "Nothing", "لا شيء", exclusive=True),
                        },
                    },
                    {
                        "name": "best",
                        "type": "text",
                        "appearance": "multiline",
                        "label": _texts("Hvad var det bedste? Skriv ikke navne.", "Best?", "ما كان الأفضل؟"),
                    },
                    {
                        "name": "word",
                        "type": "text",
                        "label": _texts("Et ord til sidst?", "One last word?", "كلمة أخيرة؟"),
                    },
                ],
            },
        ],
    },
    context={"language": "da"},
)
ID = "journey@1"
PEOPLE = ("by-keyboard-da", "by-keyboard-en", "checked-da", "checked-en", "checked-ar", "refusing")


def filled_database(folder: Path) -> str:
    """The address of a database with one invited person per test."""
    url = f"sqlite:///{(folder / 'collect.sqlite').as_posix()}"
    store = Store.open(url)
    deployment = Deployment(
        id=ID,
        survey="journey",
        version=1,
        structure_hash="77ab",
        texts={},
        platform="embedded",
        deployed_at="2021-11-22T10:00:00+00:00",
        synthetic=True,
    )
    store.add_deployment(deployment, SURVEY.model_dump_json())
    store.add_participants(ID, [Participant(f"u_{name}", f"p_{name}", name, "da", {}) for name in PEOPLE])
    store.close()
    return url
