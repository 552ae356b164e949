"""Other people's programs that look at what we wrote; tests skip, with a reason, where one is absent."""

import shutil
import subprocess
from pathlib import Path

import pytest


def soffice(*arguments: str | Path, home: Path) -> None:
    """Run LibreOffice without a window, with a profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    subprocess.run([program, profile, "--headless", *arguments], check=True, capture_output=True, timeout=300)


def chromium(*arguments: str | Path, home: Path) -> str:
    """Run Chromium without a window and without a network; return what it prints."""
    program = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    return subprocess.run(
        [
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={home / 'chromium'}",
            *arguments,
        ],
        check=True,
        capture_output=True,
        timeout=300,
        encoding="utf-8",
    ).stdout
