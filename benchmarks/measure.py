"""Whole processes, measured by the operating system: CPU seconds (user and system) and peak memory."""

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
STEMKEY = str(Path(sys.executable).with_name("stemkey"))


@dataclass(frozen=True)
class Run:
    """What one command cost; medians of several runs."""

    cpu: float
    """Seconds, user and system."""
    peak: float
    """MB of resident memory."""
    status: int

    def __str__(self) -> str:
        return f"{self.cpu:7.2f} CPU s {self.peak:6.0f} MB"


def measure(command: list[str], *, runs: int = 3, cwd: Path | None = None) -> Run:
    """Run a command several times and return the medians; the first run warms the disk's cache and is not counted."""
    return _medians([_once(command, cwd) for _ in range(runs + 1)][1:])


def measure_in_turn(ours: list[str], theirs: list[str], *, runs: int = 3) -> tuple[Run, Run]:
    """Run two commands by turns, so that a machine with other work on it slows both alike; medians as above."""
    pairs = [(_once(ours, None), _once(theirs, None)) for _ in range(runs + 1)][1:]
    return _medians([pair[0] for pair in pairs]), _medians([pair[1] for pair in pairs])


def _medians(runs: list[Run]) -> Run:
    return Run(
        cpu=statistics.median(run.cpu for run in runs),
        peak=statistics.median(run.peak for run in runs),
        status=max(run.status for run in runs),
    )


def _once(command: list[str], cwd: Path | None) -> Run:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def ratio(run: Run, baseline: Run) -> str:
    """Return how many times the baseline a run cost."""
    return f"{run.cpu / baseline.cpu:.2f} x CPU, {run.peak / baseline.peak:.2f} x memory"
