# Two commands for a newcomer: `make demo` and `make test`. Everything else is for developers.
PYTHON ?= python3
BIN := .venv/bin
TEST := $(BIN)/python -m pytest

.PHONY: demo install test test-fast check lint types contracts benchmarks screenshots constraints clean

demo: install ## Install, then run the whole loop on made data and open both apps
	$(BIN)/lab demo

install: .venv/installed ## Make .venv with everything the lab needs

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Review Lab needs Python 3.11 or newer; set PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	$(BIN)/python tests/chromium.py
	touch $@

test: check ## Everything: format, lint, types, contracts, then all tests with the browser
	$(TEST) -n auto --dist loadscope

test-fast: check ## Without the browser and the slow tests
	$(TEST) -n auto --dist loadscope -m "not browser and not slow"

check: lint types contracts

lint: .venv/installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/installed-test
	$(BIN)/mypy

contracts: .venv/installed-test
	$(BIN)/lint-imports

benchmarks: .venv/installed-test ## Measure against the peers; see benchmarks/RESULTS.md
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[benchmarks]'
	for file in store train sample review crash calibration analysis; do $(BIN)/python benchmarks/$$file.py || exit 1; done

screenshots: .venv/installed-test ## Make the pictures of the README again
	$(BIN)/python docs/screenshots.py

constraints: .venv/installed-test ## Pin what is installed now
	$(BIN)/python -m pip install --quiet --editable '.[test,benchmarks]'
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt

clean: ## Remove the environment and the caches; the lab's own data stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
