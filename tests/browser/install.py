"""Install what tests need beside Python, where this is Debian and root. Elsewhere the tests say what is missing."""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium-headless-shell", "fonts-noto-core", "libreoffice-writer-nogui", "strace")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OFFICES = ("soffice", "libreoffice")


def main() -> None:
    found = [any(shutil.which(name) for name in names) for names in (BROWSERS, OFFICES)]
    if all(found) and (shutil.which("strace") or sys.platform != "linux"):
        return
    if not shutil.which("apt-get") or getattr(os, "geteuid", int)() != 0:
        print("Programs are missing, so tests will fail. Install Chromium and LibreOffice (and, on Linux, strace).")
        return
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


if __name__ == "__main__":
    main()
