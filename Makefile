# Each target makes the virtual environment it needs, and makes it anew when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= reproduction

.PHONY: reproduce test check format bench clean

reproduce: .venv/.ready
	$(BIN)/reassess reproduce --out $(OUT)

test: .venv/.ready-check
	$(BIN)/python -m pytest

check: .venv/.ready-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

format: .venv/.ready-check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.ready-bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.ready: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.ready-%: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
