"""`python -m tests.reference PATH`: the reference cases in a folder (or one topic's file) against evaltool.stats."""

import sys
from collections import Counter
from pathlib import Path

from tests.reference.cases import run


def main(path: Path) -> int:
    """Print what failed and what is not covered, then the counts; 1 if a value failed, else 0."""
    outcomes = list(run(path))
    for outcome in outcomes:
        if outcome.state != "passed":
            print(outcome)
    counts = Counter(outcome.state for outcome in outcomes)
    print(", ".join(f"{counts[state]} {state}" for state in ("passed", "failed", "not covered")))
    return 1 if counts["failed"] or not outcomes else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).exists():
        sys.exit("usage: python -m tests.reference PATH (a folder of reference cases, or one topic's JSON file)")
    sys.stdout.reconfigure(errors="backslashreplace")  # a case's words may not fit the console's code page
    sys.exit(main(Path(sys.argv[1])))
