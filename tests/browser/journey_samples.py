"""A short survey in eight languages, as respondents meet it: every type of question, long words, facts as digits."""

from pathlib import Path

from evaltool.records import Deployment
from evaltool.server.store import Participant, Store
from evaltool.survey.model import Survey

LANGUAGES = ("da", "en", "ar", "tr", "fa", "so", "ti", "uk")


def _texts(*texts: str) -> dict[str, str]:
    return dict(zip(LANGUAGES, texts, strict=True))


def _choice(*texts: str, **kind: object) -> dict[str, object]:
    return {"label": _texts(*texts), **kind}


SCALE = {
    "very_high": _choice(
        "I meget høj grad",
        "To a very high degree",
        "بدرجة كبيرة جدًا",
        "Çok büyük ölçüde",
        "خیلی زیاد",
        "Si aad u weyn",
        "ብጣዕሚ ብዙሕ",
        "Дуже великою мірою",
    ),
    "high": _choice(
        "I høj grad", "To a high degree", "بدرجة كبيرة", "Büyük ölçüde", "زیاد", "Si weyn", "ብዙሕ", "Великою мірою"
    ),
    "some": _choice(
        "I nogen grad", "To some degree", "بدرجة ما", "Bir ölçüde", "تا اندازه‌ای", "Xoogaa", "ብመጠኑ", "Певною мірою"
    ),
    "low": _choice("I mindre grad", "To a lesser degree", "بدرجة قليلة", "Az", "کم", "Wax yar", "ቁሩብ", "Мало"),
    "none": _choice("Slet ikke", "Not at all", "لا على الإطلاق", "Hiç", "اصلاً", "Haba yaraatee", "ፈጺሙ", "Зовсім ні"),
    "unsaid": _choice(
        "Jeg vil ikke svare",
        "I would rather not answer",
        "لا أريد الإجابة",
        "Cevap vermek istemiyorum",
        "نمی‌خواهم جواب بدهم",
        "Ma rabo inaan ka jawaabo",
        "ክምልስ ኣይደልን",
        "Не хочу відповідати",
        missing="refused",
    ),
}
YES_NO = {
    "yes": _choice("Ja", "Yes", "نعم", "Evet", "بله", "Haa", "እወ", "Так"),
    "no": _choice("Nej", "No", "لا", "Hayır", "نه", "Maya", "ኣይፋል", "Ні"),
}
CONSENT = [
    {
        "name": "about",
        "type": "note",
        "label": _texts(
            "Det tager cirka ti minutter. Du bestemmer selv. Ring til os på 33 13 50 88. Læs mere: example.org.",
            "It takes about ten minutes. You decide. Call us on 33 13 50 88. Read more: example.org.",
            "يستغرق الأمر حوالي عشر دقائق. القرار لك. اتصل بنا على 33 13 50 88. للمزيد: example.org.",
            "Yaklaşık on dakika sürer. Karar sizin. Bizi 33 13 50 88 numarasından arayın. Daha fazla: example.org.",
            "حدود ده دقیقه طول می‌کشد. تصمیم با شماست. با شمارهٔ 33 13 50 88 زنگ بزنید. بیشتر: example.org.",
            "Waxay qaadanaysaa qiyaastii toban daqiiqo. Adiga ayaa go'aansanaya. Naga soo wac 33 13 50 88. "
            "Wax badan: example.org.",
            "ኣስታት ዓሰርተ ደቓይቕ ይወስድ። ውሳነ ናትኩም እዩ። ብ 33 13 50 88 ደውሉልና። ተወሳኺ፦ example.org።",
            "Це триває близько десяти хвилин. Вирішуєте ви. Телефон: 33 13 50 88. Докладніше: example.org.",
        ),
    },
    {
        "name": "consent",
        "type": "select_one",
        "required": True,
        "label": _texts(
            "Vil du svare på vores spørgsmål?",
            "May we ask you?",
            "هل يمكننا أن نسألك؟",
            "Sorularımızı cevaplamak ister misiniz?",
            "می‌خواهید به سؤال‌های ما جواب بدهید؟",
            "Ma rabtaa inaad ka jawaabto su'aalahayaga?",
            "ንሕቶታትና ክትምልሱ ትደልዩ ዶ?",
            "Чи хочете ви відповісти на наші запитання?",
        ),
        "choices": YES_NO,
    },
]
HELP = [
    {
        "name": "degree",
        "type": "select_one",
        "label": _texts(
            "I hvor høj grad har din mentor hjulpet dig på vej mod job eller uddannelse?",
            "To what degree has your mentor helped you towards work or education?",
            "إلى أي درجة ساعدتك مرشدتك في الطريق إلى العمل أو التعليم؟",
            "Mentorunuz iş veya eğitim yolunda size ne ölçüde yardım etti?",
            "منتور شما چقدر به شما در راه کار یا تحصیل کمک کرد؟",
            "Ilaa intee ayay la-taliyahaagu kaaga caawisay jidka shaqada ama waxbarashada?",
            "ናብ ስራሕ ወይ ትምህርቲ ኣብ ዝወስድ መንገዲ መካሪትኩም ክሳብ ክንደይ ሓጊዛትኩም?",
            "Якою мірою ваша наставниця допомогла вам на шляху до роботи чи освіти?",
        ),
        "hint": _texts(
            "Tænk på hele forløbet.",
            "Think of all of it.",
            "نقصد الفترة كلها.",
            "Bütün süreyi düşünün.",
            "به تمام این مدت فکر کنید.",
            "Ka fikir muddada oo dhan.",
            "ብዛዕባ እቲ ምሉእ ግዜ ሕሰቡ።",
            "Подумайте про весь час.",
        ),
        "choices": SCALE,
    }
]
NUMBERS = [
    {
        "name": "applications",
        "type": "integer",
        "label": _texts(
            "Hvor mange job har du søgt?",
            "How many jobs have you applied for?",
            "كم عدد الوظائف التي تقدمت لها؟",
            "Kaç işe başvurdunuz?",
            "برای چند کار درخواست داده‌اید؟",
            "Immisa shaqo ayaad codsatay?",
            "ንክንደይ ስራሕ ኣመልኪትኩም?",
            "На скільки робіт ви подавалися?",
        ),
        "constraint": ". >= 0 and . <= 99",
        "constraint_message": _texts(
            "Skriv et tal fra 0 til 99.",
            "Write a number from 0 to 99.",
            "يرجى كتابة رقم من 0 إلى 99.",
            "0 ile 99 arasında bir sayı yazın.",
            "عددی از 0 تا 99 بنویسید.",
            "Qor tiro u dhaxaysa 0 iyo 99.",
            "ካብ 0 ክሳብ 99 ቁጽሪ ጽሓፉ።",
            "Напишіть число від 0 до 99.",
        ),
    },
    {
        "name": "hours",
        "type": "decimal",
        "label": _texts(
            "Hvor mange timer om ugen?",
            "How many hours a week?",
            "كم ساعة في الأسبوع؟",
            "Haftada kaç saat?",
            "هفته‌ای چند ساعت؟",
            "Immisa saacadood toddobaadkii?",
            "ኣብ ሰሙን ክንደይ ሰዓት?",
            "Скільки годин на тиждень?",
        ),
    },
    {
        "name": "since",
        "type": "date",
        "label": _texts(
            "Hvornår begyndte du?",
            "When did you begin?",
            "متى كانت البداية؟",
            "Ne zaman başladınız?",
            "کی شروع کردید؟",
            "Goorma ayaad bilowday?",
            "መዓስ ጀሚርኩም?",
            "Коли ви почали?",
        ),
    },
]
WORDS = [
    {
        "name": "barriers",
        "type": "select_multiple",
        "label": _texts(
            "Hvad gør det svært? Vælg alt, der passer.",
            "What makes it hard? Choose all that apply.",
            "ما الذي يجعل الأمر صعبًا؟ يمكن اختيار أكثر من إجابة.",
            "Zorlaştıran nedir? Uyanların hepsini seçin.",
            "چه چیزی کار را سخت می‌کند؟ هر چه درست است انتخاب کنید.",
            "Maxaa ku adkaynaya? Dooro dhammaan wixii khuseeya.",
            "እንታይ የጽግም? ዝሰማማዕ ኩሉ ምረጹ።",
            "Що заважає? Виберіть усе, що підходить.",
        ),
        "choices": {
            "language": _choice(
                "Mit dansk",
                "My Danish",
                "لغتي الدنماركية",
                "Dancam",
                "زبان دانمارکی من",
                "Af-deenishkayga",
                "ዴንማርካዊ ቋንቋይ",
                "Моя данська",
            ),
            "education": _choice(
                "Min uddannelse gælder ikke her: kompetenceafklaringsforløb",
                "My education does not count here",
                "تعليمي غير معترف به هنا",
                "Eğitimim burada geçerli değil",
                "تحصیلات من اینجا قبول نیست",
                "Waxbarashadaydu halkan kama shaqayso",
                "ትምህርተይ ኣብዚ ቅቡል ኣይኮነን",
                "Моя освіта тут не визнається",
            ),
            "another": _choice(
                "Andet",
                "Something else",
                "شيء آخر",
                "Başka bir şey",
                "چیز دیگر",
                "Wax kale",
                "ካልእ",
                "Щось інше",
                other=True,
            ),
            "nothing": _choice(
                "Intet er svært",
                "Nothing",
                "لا شيء",
                "Hiçbir şey",
                "هیچ چیز",
                "Waxba",
                "ዋላ ሓንቲ",
                "Нічого",
                exclusive=True,
            ),
        },
    },
    {
        "name": "best",
        "type": "text",
        "appearance": "multiline",
        "label": _texts(
            "Hvad var det bedste? Skriv ikke navne.",
            "What was best? Do not write names.",
            "ما كان الأفضل؟ يرجى عدم كتابة أسماء.",
            "En iyisi neydi? İsim yazmayın.",
            "بهترین چیز چه بود؟ اسم کسی را ننویسید.",
            "Maxaa ugu fiicnaa? Magacyo ha qorin.",
            "እቲ ዝበለጸ እንታይ ነበረ? ኣስማት ኣይትጽሓፉ።",
            "Що було найкращим? Не пишіть імен.",
        ),
    },
    {
        "name": "word",
        "type": "text",
        "label": _texts(
            "Et ord til sidst?",
            "One last word?",
            "كلمة أخيرة؟",
            "Son bir söz?",
            "حرف آخر؟",
            "Erey ugu dambayn?",
            "ናይ መወዳእታ ቃል?",
            "Останнє слово?",
        ),
    },
]

SURVEY = Survey.model_validate(
    {
        "survey": "journey",
        "version": 1,
        "language": "da",
        "translations": LANGUAGES[1:],
        "title": _texts(
            "Hvordan gik det med dig og din mentor?",
            "How did it go?",
            "كيف سارت الأمور؟",
            "Nasıl geçti?",
            "چطور گذشت؟",
            "Sidee bay ahayd?",
            "ከመይ ነበረ?",
            "Як усе пройшло?",
        ),
        "refusal": "${consent} = 'no'",
        "pages": [
            {
                "name": "consent",
                "title": _texts(
                    "Vil du svare?",
                    "Will you answer?",
                    "هل توافقين على الإجابة؟",
                    "Cevaplar mısınız?",
                    "جواب می‌دهید؟",
                    "Ma ka jawaabaysaa?",
                    "ክትምልሱ ዶ?",
                    "Чи відповісте ви?",
                ),
                "questions": CONSENT,
            },
            {
                "name": "sums",
                "questions": [{"name": "agreed", "type": "calculate", "calculation": "${consent}"}],
            },
            {"name": "help", "questions": HELP},
            {
                "name": "numbers",
                "title": _texts(
                    "Om dit arbejde",
                    "About your work",
                    "عن عملك",
                    "İşiniz hakkında",
                    "دربارهٔ کار شما",
                    "Ku saabsan shaqadaada",
                    "ብዛዕባ ስራሕኩም",
                    "Про вашу роботу",
                ),
                "questions": NUMBERS,
            },
            {"name": "words", "questions": WORDS},
        ],
    },
    context={"language": "da"},
)
ID = "journey@1"
PEOPLE = (
    *("by-keyboard-da", "by-keyboard-en", "checked-da", "checked-en", "checked-ar", "refusing"),
    *(f"whole-{language}" for language in LANGUAGES),
)


def filled_database(folder: Path, survey: Survey = SURVEY, people: tuple[str, ...] = PEOPLE) -> str:
    """The address of a database with one invited person per test."""
    url = f"sqlite:///{(folder / 'collect.sqlite').as_posix()}"
    store = Store.open(url)
    add_survey(store, survey, people)
    store.close()
    return url


def add_survey(store: Store, survey: Survey, people: tuple[str, ...]) -> None:
    """Put a survey up for these people; each one's name is her token."""
    deployment = Deployment(
        id=survey.key,
        survey=survey.survey,
        version=survey.version,
        structure_hash="77ab",
        texts={},
        platform="embedded",
        deployed_at="2021-11-22T10:00:00+00:00",
        synthetic=True,
    )
    store.add_deployment(deployment, survey.model_dump_json())
    store.add_participants(survey.key, [Participant(f"u_{name}", f"p_{name}", name, "da", {}) for name in people])
