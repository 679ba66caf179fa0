import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import serving
from journey_samples import filled_database
from playwright.sync_api import Browser, sync_playwright

# the shell first: the same engine without windows takes half the time
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# A phone without Ethiopic letters, on Linux: the device whose reader needs the server's own font.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <selectfont><rejectfont><pattern>
    <patelt name="charset"><charset><int>0x1275</int></charset></patelt>
  </pattern></rejectfont></selectfont>
</fontconfig>
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The system's Chromium, where it has no Ethiopic letters. Without one these tests fail; they are never skipped.

    It lives for one module only: as long as Playwright is open its event loop runs in the main thread, and no other
    test may run one there.
    """
    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if executable is None:
        pytest.fail(f"no browser found ({', '.join(BROWSERS)}); on Debian: apt-get install chromium-headless-shell")
    fonts = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    device = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=QUIET, env=device)
        yield opened
        opened.close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return filled_database(tmp_path)


@pytest.fixture
def address(tmp_path: Path, database: str) -> Iterator[str]:
    with serving(database, tmp_path) as found:
        yield found
