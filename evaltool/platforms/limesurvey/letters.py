"""The mails that LimeSurvey sends for us, in our words: its own are poor, and their placeholders are broken in Arabic.

They are plain text. Who is written to and her link are LimeSurvey's own expressions, filled in when it sends.
"""

from collections.abc import Sequence

from evaltool.text import Text, isolate, say

INVITATION = (
    "Hello {name}\n\n{title}\n\n"
    "We would like to hear from you. This is your own link. Open it, and you can begin:\n{link}\n\n"
    "You decide yourself if you want to answer. You may say no. "
    "You may stop, and go on later with the same link.\n\n"
    "The link is only for you. Please do not give it to others.\n\nThank you!"
)
REMINDER_SUBJECT = "You can still answer: {title}"
REMINDER = (
    "Hello {name}\n\n{title}\n\n"
    "We have written to you before. You can still answer, and we would like to hear from you. "
    "This is your own link:\n{link}\n\n"
    "Have you begun already? Then the link takes you to where you stopped. "
    "You decide yourself if you want to answer. You may say no.\n\nThank you!"
)
COLUMNS = (
    "surveyls_email_invite_subj",
    "surveyls_email_invite",
    "surveyls_email_remind_subj",
    "surveyls_email_remind",
)
"""Where LimeSurvey keeps them, for each language."""


def write_letters(title: Text, languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """Subject and words of invitation and reminder, by LimeSurvey's column and language.

    `title` is the survey's, as it is told in a mail.
    """
    messages = ("{title}", INVITATION, REMINDER_SUBJECT, REMINDER)
    return {
        column: {language: _fill(message, language, title[language]) for language in languages}
        for column, message in zip(COLUMNS, messages, strict=True)
    }


def _fill(message: str, language: str, title: str) -> str:
    return say(message, language, title=title, name=isolate("{FIRSTNAME}", language), link="{SURVEYURL}")
