"""Install what tests need beside Python, where this is Debian and root. Elsewhere the tests say what is missing."""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-core", "strace")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    if any(shutil.which(name) for name in BROWSERS) and (shutil.which("strace") or sys.platform != "linux"):
        return
    if not shutil.which("apt-get") or getattr(os, "geteuid", int)() != 0:
        print("A browser or strace is missing, so tests will fail. Install Chromium (and, on Linux, strace).")
        return
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


if __name__ == "__main__":
    main()
