"""Every format that is both read and written: 1,000 and 10,000 four-option questions, written and read again.

    python benchmarks/formats.py [NAME ...]

Each measurement is a process of its own: fit, write, read. Prints CPU seconds of each stage and the process's peak
memory; the last column is how many times the small quiz's time the tenfold quiz takes (10 is linear).
"""

import resource
import subprocess
import sys
import time

from export import house_markdown

COUNTS = (1_000, 10_000)


def stages(name: str, count: int) -> tuple[float, float, float, float]:
    """Return CPU seconds for fit, write and read, and peak MB, of this process."""
    from stemkey.diagnostics import Diagnostics
    from stemkey.files import Source, zip_files
    from stemkey.fitting import fit
    from stemkey.formats import find_format

    found = Diagnostics()
    markdown = find_format("markdown")
    quiz = markdown.reader(Source("generated.md", house_markdown(count).encode()), markdown.options_type(), found)
    row = find_format(name)
    _ = row.capabilities, row.writer, row.reader  # imports are start-up, not work
    start = time.process_time()
    fitted = row.limit(fit(quiz, row.capabilities, row.title, found), row.options_type(), found)
    fit_end = time.process_time()
    files = row.writer(fitted, row.options_type())
    data = zip_files(files) if row.archive else next(iter(files.values()))
    write_end = time.process_time()
    again = row.reader(Source(f"generated{row.extensions[0]}", data), row.options_type(), found)
    end = time.process_time()
    assert len(list(again.items)) == len(list(fitted.items)), name
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return fit_end - start, write_end - fit_end, end - write_end, peak


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--stages"]:
        print(*stages(sys.argv[2], int(sys.argv[3])))
        return
    from stemkey.formats import FORMATS

    names = sys.argv[1:] or [row.name for row in FORMATS if row.reads and row.writes]
    print(f"{'format':<12}{'questions':>10}{'fit':>8}{'write':>8}{'read':>8}{'MB':>7}{'growth':>9}")
    for name in names:
        before = None
        for count in COUNTS:
            command = [sys.executable, __file__, "--stages", name, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            fit_time, write_time, read_time, peak = map(float, done.stdout.split())
            total = fit_time + write_time + read_time
            growth = "" if before is None else f"{total / before:.1f} x"
            print(f"{name:<12}{count:>10,}{fit_time:>8.2f}{write_time:>8.2f}{read_time:>8.2f}{peak:>7.0f}{growth:>9}")
            before = total


if __name__ == "__main__":
    main()
