# Everything is set up by the target that needs it: `make demo` and `make test` are all a new machine needs.
# Python 3.11 or newer and make must be there.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps

.PHONY: demo test lint check tools exports pages bench clean

demo: $(STAMPS)/package
	$(BIN)/stemkey export quizzes/day51-llm-serving.md --out exports
	$(BIN)/stemkey grade quizzes/day51-llm-serving.md quizzes/responses/day51-class.csv --out reports \
	  || test $$? -eq 1
	@echo
	@echo "The packages for Moodle and Canvas are in exports/, the reports in reports/: open reports/report.html"

test: $(STAMPS)/dev tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses=auto

lint: $(STAMPS)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/mypy

# The packages of the demo quiz as they lie in the repository; a test says when they are stale.
exports: $(STAMPS)/package
	$(BIN)/stemkey export quizzes/day51-llm-serving.md --out exports

# Pages of the manual that are made from the program itself.
pages: $(STAMPS)/package
	$(BIN)/python -m stemkey.diagnostics.catalogue > docs/findings.md
	$(BIN)/python -m stemkey.formats.matrix > docs/formats.md

bench: $(STAMPS)/dev
	$(BIN)/python benchmarks/export.py
	$(BIN)/python benchmarks/formats.py
	$(BIN)/python benchmarks/grading.py
	$(BIN)/python benchmarks/sheets.py
	$(BIN)/python benchmarks/startup.py

# A browser, a spreadsheet program, a PDF renderer and npm test tools: on Debian as root they are installed;
# elsewhere the tests that need them skip and say why.
tools:
	@sh .ci/tools

$(STAMPS)/venv:
	$(PYTHON) -m venv $(VENV)
	mkdir -p $(STAMPS)
	touch $@

$(STAMPS)/package: $(STAMPS)/venv pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(STAMPS)/dev: $(STAMPS)/venv pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
	touch $(STAMPS)/package

clean:
	rm -rf $(VENV) build dist reports .mypy_cache .ruff_cache .pytest_cache .hypothesis
