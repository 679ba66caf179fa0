from small_survey import SURVEY, interview, lines

from evaltool.responses.clean import clean
from evaltool.survey.codebook import codebook

DTYPES = {
    "category": "category",
    "boolean": "boolean",
    "integer": "Int64",
    "decimal": "Float64",
    "date": "datetime64[us]",
    "text": "str",
}


def test_every_variable_of_the_codebook_is_a_column_of_its_kind(roster):
    frame = clean(SURVEY, lines(interview("u1", answers={"consent": "yes"})), roster, structure_hash="h2").frame
    for variable in codebook(SURVEY):
        assert str(frame[variable.name].dtype) == DTYPES[variable.kind]
        assert variable.name.endswith("_other") or f"{variable.question}__missing" in frame
        if variable.kind == "category":
            assert list(frame[variable.name].cat.categories) == list(variable.categories)
