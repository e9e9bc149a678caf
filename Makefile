# Each target makes the virtual environment it needs, and makes it anew when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= reproduction
# Tests run on every core, those of a file rather on one; PYTEST_ARGS=-n0 runs them in one process.
PYTEST_ARGS ?= -n auto --dist worksteal

# PyTorch for `make test-ecosystem`, with whatever options pip needs to find the build you want.
TORCH ?= torch torchvision
ECOSYSTEM := .venv-ecosystem

# Interpreters beside the one above: pyenv's first, for its shims are there without them.
interpreter = $(firstword $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/$(1).*/bin/python) \
	$(shell command -v python$(1)))
FLOORS := .venv-floors
NEWEST := $(foreach version,3.12 3.13,$(if $(call interpreter,$(version)),$(version)))

.PRECIOUS: .venv-newest-%/.ready
.PHONY: help reproduce test test-floors test-newest test-ecosystem check format docs bench clean

help:  ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

reproduce: .venv/.ready  ## recompute everything that was published, and compare
	$(BIN)/reassess reproduce --out $(OUT)

test: .venv/.ready-check  ## run all tests and doctests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-floors: $(FLOORS)/.ready  ## run core tests with Python 3.11 and every dependency at its floor
	$(FLOORS)/bin/python -m pytest -m core $(PYTEST_ARGS)

test-newest: $(NEWEST:%=test-newest-%)  ## run core tests with the newest of all, on Python 3.12 and 3.13
	@echo "tested on Python: $(or $(NEWEST),neither 3.12 nor 3.13 is on this machine)"

test-newest-%: .venv-newest-%/.ready
	.venv-newest-$*/bin/python -m pytest -m core $(PYTEST_ARGS)

test-ecosystem: $(ECOSYSTEM)/.ready  ## run the page on label files with the real timm and TensorFlow Datasets
	REASSESS_ECOSYSTEM=1 $(ECOSYSTEM)/bin/python -m pytest -m ecosystem -W default tests/pages

check: .venv/.ready-check  ## format, lint, types, tests and doctests: what a change must pass
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

format: .venv/.ready-check  ## let ruff mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.ready-docs  ## make the documentation site, its notebooks run, in build/docs
	$(BIN)/python -m sphinx --builder html --fresh-env --fail-on-warning --keep-going docs build/docs

bench: .venv/.ready-bench  ## measure; the tables of README and docs are generated from this
	$(BIN)/python -m benchmarks

clean:  ## remove what the other targets made
	rm -rf .venv .venv-newest-* $(FLOORS) $(ECOSYSTEM) build docs/api dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.ready: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.ready-%: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

$(ECOSYSTEM)/.ready: pyproject.toml
	$(PYTHON) -m venv $(ECOSYSTEM)
	$(ECOSYSTEM)/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(ECOSYSTEM)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[ecosystem]'
	@touch $@

$(FLOORS)/.ready: pyproject.toml tests/versions/floors.py
	$(or $(call interpreter,3.11),python3.11) -m venv --clear $(FLOORS)
	$(FLOORS)/bin/python -m tests.versions.floors > $(FLOORS)/floors.txt
	$(FLOORS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(FLOORS)/floors.txt --editable .
	@touch $@

.venv-newest-%/.ready: pyproject.toml
	$(call interpreter,$*) -m venv --clear .venv-newest-$*
	.venv-newest-$*/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@
