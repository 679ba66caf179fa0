"""LimeSurvey as a survey platform."""
