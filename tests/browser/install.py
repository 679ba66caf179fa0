"""Install what the browser tests need, where this is Debian and root. Elsewhere the tests say what is missing."""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-core")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    if any(shutil.which(name) for name in BROWSERS):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        print(f"No browser found ({', '.join(BROWSERS)}): the browser tests will fail. Install Chromium.")
        return
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


if __name__ == "__main__":
    main()
