"""The definition of a survey: model, loading, expressions, path, answers, codebook, release."""
