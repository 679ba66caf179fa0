"""Shared by all rooms' tests."""

import matplotlib as mpl
from hypothesis import HealthCheck, settings

mpl.use("Agg")

# a slow or busy machine is no fault of the code: properties are never timed
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
