import pytest

from evaltool.survey.readability import lix


@pytest.mark.parametrize(
    ("texts", "words", "sentences", "long_words"),
    [
        # counted by hand; a long word has seven letters or more
        (["Har du et job nu?"], 5, 1, 0),
        (["Hvor godt forstår du dansk, når folk taler?"], 8, 1, 1),  # forstår
        (["I hvor høj grad ved du, hvordan man søger job i Danmark?"], 12, 1, 2),  # hvordan, Danmark
        (["Du bestemmer selv. Du må sige nej: altid! Må du springe over?"], 12, 4, 2),  # bestemmer, springe
        (["Har du et job nu?", "Er du på barsel fra dit job? Så har du et job."], 17, 3, 0),
        (["Skriv et tal, for instance 2.5 or 1234567", "Se example.org/x"], 11, 2, 2),  # instance, example
        (["Hun sagde: «Jeg kommer.» Så gik hun…"], 7, 3, 0),
        (["Første linje\nAnden linje"], 4, 2, 0),
        (["Ring til ${privacy.controller_and_more}."], 3, 1, 0),
        (["e-mail it’s job-search"], 3, 1, 1),  # jobsearch: nine letters
        (["Hvad nu?!", "..."], 2, 1, 0),
    ],
)
def test_lix_is_words_a_sentence_and_the_share_of_long_words(texts, words, sentences, long_words):
    assert lix(*texts) == pytest.approx(words / sentences + 100 * long_words / words)


def test_no_word_is_no_text_to_read():
    assert lix() == lix("", "?!") == 0


def test_six_letters_are_short_and_seven_are_long():
    assert lix("mentor") == 1
    assert lix("mentors") == 101
