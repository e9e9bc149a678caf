# Each target makes the virtual environment it needs, and makes it anew when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= reproduction

# PyTorch for `make test-ecosystem`, with whatever options pip needs to find the build you want.
TORCH ?= torch torchvision
ECOSYSTEM := .venv-ecosystem

.PHONY: reproduce test test-ecosystem check format bench clean

reproduce: .venv/.ready
	$(BIN)/reassess reproduce --out $(OUT)

test: .venv/.ready-check
	$(BIN)/python -m pytest

# The page on label files with the real timm and TensorFlow Datasets; some gigabytes, so not in CI.
test-ecosystem: $(ECOSYSTEM)/.ready
	REASSESS_ECOSYSTEM=1 $(ECOSYSTEM)/bin/python -m pytest -m ecosystem -W default tests/pages

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
	rm -rf .venv $(ECOSYSTEM) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

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
