"""Export of 10, 1,000 and 10,000 four-option questions with feedback, to both LMSs from one parse.

    python benchmarks/export.py [COUNT ...]

Prints CPU seconds and peak memory of the whole process, and the ratio to text2qti (Canvas only) on the same
questions, where text2qti is installed (`pip install text2qti`).
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import STEMKEY, measure, ratio

WORDS = [
    "cache",
    "memory",
    "latency",
    "throughput",
    "batch",
    "token",
    "model",
    "server",
    "request",
    "queue",
    "attention",
    "layer",
    "kernel",
    "weight",
    "gradient",
    "precision",
    "index",
    "shard",
    "replica",
    "quorum",
    "commit",
    "lock",
    "page",
    "block",
    "stream",
    "buffer",
    "thread",
    "process",
    "schedule",
]


def sentence(generator: random.Random, length: int) -> str:
    """Return some words; one in eight is code, one in sixteen bold."""
    words = []
    for _ in range(length):
        word = generator.choice(WORDS)
        dice = generator.random()
        words.append(f"`{word}()`" if dice < 0.06 else f"**{word}**" if dice < 0.1 else word)
    return " ".join(words).capitalize()


def questions(count: int) -> Iterator[tuple[str, list[str], int, str]]:
    """Yield stem, four different options, index of the key, explanation; the same for the same count."""
    generator = random.Random(count)
    for number in range(count):
        options = [f"{sentence(generator, 8)} {number}{letter}" for letter in "wxyz"]
        yield (
            f"{sentence(generator, 14)} in case {number}?",
            options,
            generator.randrange(4),
            f"{sentence(generator, 25)}.",
        )


def house_markdown(count: int) -> str:
    """Return the questions in the house shape."""
    lines = [f"# Generated {count}", "", "## Instructions", "Choose the best answer.", "", "---", ""]
    key = ["---", "", "## Answer Key", ""]
    for number, (stem, options, right, explanation) in enumerate(questions(count), 1):
        lines.append(f"{number}. **{stem}**" if "**" not in stem else f"{number}. {stem}")
        lines += [f"   - {letter}) {option}" for letter, option in zip("ABCD", options, strict=True)]
        lines.append("")
        key += [
            f"**{number}. {'ABCD'[right]}) {options[right].replace('**', '')}**",
            f"- Explanation: {explanation}",
            "",
        ]
    return "\n".join(lines + key)


def text2qti_text(count: int) -> str:
    """Return the same questions in text2qti's text."""
    lines = [f"Quiz title: Generated {count}", ""]
    for number, (stem, options, right, explanation) in enumerate(questions(count), 1):
        lines += [f"{number}.  {stem}", f"... {explanation}"]
        lines += [f"{'*' if index == right else ''}{'abcd'[index]})  {option}" for index, option in enumerate(options)]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    counts = [int(text) for text in sys.argv[1:]] or [10, 1_000, 10_000]
    peer = shutil.which("text2qti", path=str(Path(sys.executable).parent)) or shutil.which("text2qti")
    print("export to Moodle and Canvas, read back and compared: whole process, median of 3")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "generated.md"
            source.write_text(house_markdown(count), encoding="utf-8")
            ours = measure([STEMKEY, "export", str(source), "--out", str(Path(folder) / "out")])
            line = f"{count:>7,} questions: {ours}"
            if ours.status:
                line += f"  (exit status {ours.status})"
            if peer:
                text = Path(folder) / "peer.txt"
                text.write_text(text2qti_text(count), encoding="utf-8")
                theirs = measure([peer, str(text)], runs=1, cwd=Path(folder))
                line += f"   text2qti (Canvas only): {theirs}   ratio {ratio(ours, theirs)}"
            print(line)
    if not peer:
        print("text2qti is not installed: no ratio")


if __name__ == "__main__":
    main()
