"""Other people's programs that look at what we wrote; tests skip, with a reason, where one is absent."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest


def soffice(*arguments: str | Path, home: Path) -> None:
    """Run LibreOffice without a window, with a profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    subprocess.run([program, profile, "--headless", *arguments], check=True, capture_output=True, timeout=300)


def find_chromium() -> str:
    """Return the browser's path."""
    program = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    return program


def look(page: Path, repository: Path) -> dict[str, Any]:
    """Return what tests/node/look.mjs noticed about a page in Chromium, without a network."""
    program = find_chromium()
    folder = repository / "tests" / "node"
    if shutil.which("node") is None or not (folder / "node_modules" / "axe-core").is_dir():
        pytest.skip("axe-core and playwright-core are not installed: make tools")
    done = subprocess.run(
        ["node", folder / "look.mjs", page, program], check=True, capture_output=True, timeout=300, encoding="utf-8"
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def print_pdf(page: Path, home: Path) -> Path:
    """Return the page printed by Chromium."""
    target = home / f"{page.stem}.pdf"
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-pdf-header-footer")
    profile = f"--user-data-dir={home / 'chromium'}"
    subprocess.run(
        [find_chromium(), *options, profile, f"--print-to-pdf={target}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return target


def pdf_text(document: Path) -> list[str]:
    """Return the words of each page of a PDF, as poppler reads them."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    done = subprocess.run(["pdftotext", "-layout", document, "-"], check=True, capture_output=True, encoding="utf-8")
    return done.stdout.split("\f")[:-1]
