"""Fixtures of QTI."""

from pathlib import Path

import pytest
from tests.formats.qti21.schemas import Schemas


@pytest.fixture(scope="session")
def schemas(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    """The schemas of QTI 2.1, 2.2 and 3.0."""
    return Schemas(shared, tmp_path_factory.mktemp("schemas"))
