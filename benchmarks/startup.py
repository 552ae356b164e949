"""What a user waits for on small work: `stemkey --help`, and the demo class of 30 with all four reports.

python benchmarks/startup.py
"""

import tempfile
from pathlib import Path

from measure import PYTHON, STEMKEY, measure, ratio

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Print the table."""
    bare = measure([PYTHON, "-c", "pass"], runs=9)
    print("whole process, medians")
    print(f"python -c pass              {bare}")
    help_ = measure([STEMKEY, "--help"], runs=9)
    print(f"stemkey --help              {help_}   ratio {ratio(help_, bare)}")
    with tempfile.TemporaryDirectory() as folder:
        command = [
            STEMKEY, "grade", str(ROOT / "quizzes/day51-llm-serving.md"), str(ROOT / "quizzes/responses/day51-class.csv"),
            "--out", folder,
        ]  # fmt: skip
        small = measure(command, runs=5)
        print(f"grade 30 x 10, four reports {small}   ratio {ratio(small, bare)}   (exit status {small.status})")


if __name__ == "__main__":
    main()
