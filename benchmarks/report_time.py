"""The whole report of a finished project, against the bare conversion of the same text.

    python -m benchmarks.report_time PROJECT [--population 2021] [--rounds 3]

evaltool writes Word, PDF, HTML, key figures and charts in all languages; the peer is pandoc alone, which makes a bare
Word and HTML file of each HTML report. Both in fresh processes, in turn.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypandoc


def seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def bare(pages: list[Path], folder: Path) -> float:
    pandoc = pypandoc.get_pandoc_path()
    targets = [(page, folder / f"{page.stem}.{kind}") for page in pages for kind in ("docx", "html")]
    return sum(seconds(pandoc, str(page), "--standalone", "-o", str(target)) for page, target in targets)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--population", default="2021")
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    command = (sys.executable, "-m", "evaltool", "-p", str(told.project), "report", "--population", told.population)
    times: dict[str, list[float]] = {"evaltool": [], "pandoc alone": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(told.rounds):
            times["evaltool"].append(seconds(*command))
            pages = sorted((told.project / "report").glob(f"*-{told.population}-*.html"))
            times["pandoc alone"].append(bare(pages, Path(folder)))
    for name, found in times.items():
        print(f"{name:14} {statistics.median(found):6.2f} s ({' '.join(f'{each:.2f}' for each in found)})")


if __name__ == "__main__":
    main()
