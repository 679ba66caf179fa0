"""Shared by all rooms' tests."""

import matplotlib as mpl

mpl.use("Agg")
