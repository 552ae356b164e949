"""Fixtures that every test may use."""

from pathlib import Path

import pytest
from hypothesis import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --accept` rewrites the expectations of case files with what was really printed."""
    parser.addoption("--accept", action="store_true", help="rewrite the expectations of case files")


# The same examples on every machine, however busy: a red run can be repeated. `--hypothesis-profile=search` looks further.
settings.register_profile("same", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("same")

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Specimens that are not ours, beside the checkout; tests over them skip where they are absent."""
    path = REPOSITORY.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("../shared is absent: it holds other people's files, which the repository does not carry")
    return path


@pytest.fixture(scope="session")
def day51(repository: Path) -> Path:
    """The user's own quiz."""
    return repository / "quizzes" / "day51-llm-serving.md"
