# The only commands anyone needs to know.  Needs python3 (3.11 or newer, with venv and pip) and nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PY      = $(BIN)/python
NPM     = $(PY) tools/npm.py
PIP     = $(PY) -m pip install --quiet --disable-pip-version-check
PAGE   := $(shell find labextension/src labextension/style -type f 2>/dev/null) \
          $(wildcard labextension/*.json labextension/*.mjs) hatch_build.py pyproject.toml

# make test STRICT=1: what is missing (torch, Chromium) fails instead of being skipped
ifeq ($(STRICT),1)
export VIZGRAD_STRICT = 1
endif

.DEFAULT_GOAL := help
.PHONY: help setup lab check check-python check-page fix test test-python test-page notebooks test-ui \
        test-gpu wire build bench clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

lab: $(VENV)/lab.stamp ## open JupyterLab on the first notebook (ARGS=... is passed on to it)
	$(PY) -m vizgrad lab $(ARGS)

setup: $(VENV)/dev.stamp labextension/node_modules/dev.stamp ## everything for developing: venv, page, hooks
	@if [ -d .git ] && [ -z "$$CI" ]; then $(BIN)/pre-commit install >/dev/null; fi

check: check-python check-page ## style, types, floors, sizes, freshness

check-python: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PY) tools/wire.py --check
	$(PY) tools/size.py
	$(PY) tools/locks.py
	$(BIN)/lint-imports --no-cache
	$(BIN)/pyright --pythonpath $(PY)

check-page: labextension/node_modules/dev.stamp
	$(NPM) run check

fix: setup ## mend what a machine can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(PY) tools/wire.py
	$(PY) tools/tour.py
	@if $(PY) -c 'import torch' 2>/dev/null; then $(PY) tools/parity.py; fi
	$(NPM) run fix

test: test-python test-page notebooks test-ui ## every test (STRICT=1: nothing may be missing)

test-python: $(VENV)/test.stamp
	$(PY) -m pytest --ignore=tests/notebooks --ignore=tests/browser

test-page: labextension/node_modules/dev.stamp
	$(NPM) run test

notebooks: $(VENV)/test.stamp ## run every notebook, fast mode
	$(PY) -m pytest tests/notebooks

test-ui: $(VENV)/test.stamp ## the journeys in JupyterLab, in a browser
	$(PY) -m pytest tests/browser

test-gpu: $(VENV)/test.stamp ## what needs a CUDA GPU and CuPy
	$(PY) -m pytest -m gpu

wire: ## rewrite labextension/src/wire.ts
	$(PYTHON) tools/wire.py

build: $(VENV)/test.stamp ## sdist and wheel, then the wheel in a clean venv
	rm -rf dist
	$(PY) -m build
	$(PYTHON) -m venv --clear build/clean
	build/clean/bin/python -m pip install --quiet --disable-pip-version-check "$$(echo dist/*.whl)[lab]"
	cd build && clean/bin/python -c "import vizgrad; print('import vizgrad:', vizgrad.__file__)"
	build/clean/bin/jupyter labextension list 2>&1 | grep 'vizgrad.*enabled.*OK'

bench: $(VENV)/test.stamp ## costs per op and per step, beside PyTorch where it is installed (ARGS=--quick)
	$(PY) -m benchmarks $(ARGS)

clean: ## forget what was built
	rm -rf $(VENV) build dist vizgrad/_lab labextension/node_modules test-results

# --- what the commands stand on --------------------------------------------------------------------------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "VizGrad needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/lab.stamp: $(PAGE) | $(PY)
	@echo "Installing VizGrad and JupyterLab into $(VENV): a minute or two the first time"
	$(PIP) -e '.[lab]'
	@touch $@

$(VENV)/test.stamp: $(PAGE) | $(PY)
	@echo "Installing VizGrad and what its tests need into $(VENV): a minute or two the first time"
	$(PIP) -e '.[test]'
	@touch $@ $(VENV)/lab.stamp

$(VENV)/dev.stamp: $(PAGE) | $(PY)
	@echo "Installing VizGrad and its tools into $(VENV): a minute or two the first time"
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/test.stamp $(VENV)/lab.stamp

labextension/node_modules/dev.stamp: labextension/package-lock.json | $(VENV)/test.stamp
	$(NPM) ci --no-progress
	@touch $@
