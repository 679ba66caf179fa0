import doctest
import subprocess
import sys
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path

import pytest

from evaltool import stats

MODULES = sorted(path.stem for path in Path(stats.__path__[0]).glob("[!_]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    assert doctest.testmod(import_module(f"evaltool.stats.{name}")).failed == 0


@pytest.mark.parametrize("name", dir(stats))
def test_every_public_name_is_reachable_and_documented(name):
    found = getattr(stats, name)
    assert found.__doc__
    if isfunction(found):
        assert doctest.DocTestFinder().find(found)[0].examples, "no example in the docstring"


@pytest.mark.parametrize("module", sorted(stats._WHERE))
def test_every_public_function_of_a_method_module_is_in_the_table(module):
    loaded = import_module(f"evaltool.stats.{module}")
    own = {name for name, thing in getmembers(loaded, isfunction) if thing.__module__ == loaded.__name__}
    assert {name for name in own if not name.startswith("_")} <= set(stats._WHERE[module])


def test_no_public_name_hides_a_module():
    assert set(dir(stats)).isdisjoint(MODULES)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_method"):
        _ = stats.no_such_method


def test_importing_the_room_loads_no_method():
    code = "import sys, evaltool.stats; sys.exit('scipy' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
