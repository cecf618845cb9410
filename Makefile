# make demo    runs the reference workflow against a mock of its API, in process
# make test    what CI runs: format, lint, types, layers, tests
# make bench   writes benchmarks/results.md
# make docs    writes the tables of docs/dialects.md and docs/diagnostics.md, and the site into build/site
# Needs python3 >= 3.11 with venv and pip; everything goes into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := test
.DELETE_ON_ERROR:
.PHONY: demo test bench docs format clean

VENV := .venv
BIN := $(VENV)/bin
BROWSER := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
comma := ,
EXTRAS := dev$(if $(BROWSER),$(comma)browser)

demo: $(VENV)/.installed
	$(BIN)/arazzo run workflows/score-running-scenario-run.yml --mock -i scenarioId=scn_demo

test: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

docs: $(VENV)/.installed-dev
	$(BIN)/python tests/test_docs.py
	$(BIN)/python docs/generate_diagnostics.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --config-file docs/site/mkdocs.yml

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "using $$($$python --version) from $$(command -v $$python)"; \
	    exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "error: no Python >= 3.11 with venv and pip was found as python3.13, python3.12, python3.11 or python3;" \
	  "install one and run make again" >&2; \
	exit 1

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	@touch $(VENV)/.installed $@
