"""Starting up is light: the heavy libraries are imported when the work needs them."""

import os
import subprocess
import sys

import pytest

HEAVY = {
    "numpy",
    "polars",
    "lxml",
    "openpyxl",
    "python_calamine",
    "jinja2",
    "nh3",
    "pyromark",
    "yaml",
    "rich.console",
}


def _modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_import_stemkey_loads_nothing_heavy() -> None:
    loaded = _modules_after("import stemkey")
    assert "stemkey" in loaded
    assert not HEAVY & loaded


@pytest.mark.parametrize("arguments", [["--help"], ["grade", "--help"], ["export", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"sys.argv = ['stemkey', *{arguments!r}]\n"
        "from stemkey.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    loaded = _modules_after(code)
    assert "stemkey.cli.main" in loaded
    assert not HEAVY & loaded


def test_every_public_name_is_there() -> None:
    import stemkey

    for name in stemkey.__all__:
        assert getattr(stemkey, name) is not None
