# `make` lists what there is. Every target sets up what it needs first.

# The system's own Python first: Debian builds it with profiles, and the same work takes it less CPU
# than one that was compiled by hand (docs/performance.md). Then whatever is first in the PATH.
PYTHON ?= $(shell for python in /usr/bin/python3 python3; do \
  $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    && break; done; echo $$python)
PORT ?= 8000
PROVIDERS_PORT ?= 8091
ARGS ?=
SEED ?=

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.locked
FLASK := BRIDGE_DEV=1 PORT=$(PORT) $(BIN)/flask --app app
# Tests of one file share servers, so they stay together; two cores are enough for the rest. By the
# order of their names: by their number the files of few and long tests came last, on one core.
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder -r s

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run phone providers test test-all check bench chaos fuzz mutants format lock

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Serve on http://127.0.0.1:8000 for development (PORT=8080 for another port)
	@# With make named as its parent the tree ends even when make itself is killed.
	@SANKET_PARENT=$$PPID BRIDGE_DEV=1 PORT=$(PORT) exec $(BIN)/flask --app app serve $(ARGS)

phone: $(READY) ## A feature phone in this terminal, against a bridge that runs
	@$(FLASK) phone $(ARGS)

providers: $(READY) ## SAMPLE services on loopback for the shipped menu (PROVIDERS_PORT=8091)
	@exec $(BIN)/python examples/providers/sample_providers.py $(PROVIDERS_PORT)

test: $(READY) ## Run the tests (ARGS="-k words" for some of them)
	@$(PYTEST) $(ARGS)

test-all: $(READY) ## The same with the Debian packages that some tests need; nothing may be skipped
	@sh tests/install-debian-packages
	@sh tests/install-prism
	@SANKET_NO_SKIPS=1 $(PYTEST) $(ARGS)

check: $(READY) ## Lint, format, types, who imports whom, and the checkout's menus, their tests, and gateways
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/mypy .
	@words="$$($(BIN)/lint-imports --no-logo)" || { echo "$$words"; exit 1; }
	@$(FLASK) menus check
	@$(FLASK) menus test --coverage
	@$(FLASK) gateways check

bench: $(READY) ## Measure what the bridge costs on this machine (ARGS=--help tells more)
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: $(READY) ## Kill everything for hours and count what is lost (ARGS="G1 G7 --seconds 60", SEED=7)
	@SEED="$(SEED)" $(BIN)/python tests/chaos/run.py $(ARGS)

fuzz: $(READY) ## Random dialogues over random menus (ARGS="--sessions 5000", SEED=7)
	@SEED="$(SEED)" $(BIN)/python -m tests.fuzz.run $(ARGS)

mutants: $(READY) ## Save 1,000 mutated copies of the default menu while people dial (SEED=7)
	@SEED="$(SEED)" SANKET_MUTANTS=$${SANKET_MUTANTS:-1000} \
	  $(BIN)/pytest -q tests/end_to_end/test_mutated_menus.py $(ARGS)

format: $(READY) ## Format the code and repair what ruff can repair
	@$(BIN)/ruff check --quiet --fix --exit-zero .
	@$(BIN)/ruff format .

lock: $(READY) ## Write requirements.lock anew (ARGS=--upgrade takes the newest versions)
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --quiet -o requirements.lock $(ARGS)

# The locked environment. uv takes seconds; pip, which needs half a minute, is the spare wheel for
# machines where uv cannot reach the package index that pip is configured for.
$(READY): requirements.lock
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Sanket needs Python 3.11 or newer, and there is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Sanket needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version)." >&2; \
	  echo "Another one is used by: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu this helps:" >&2; \
	  echo "  sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up the locked environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	  && $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock \
	  || { echo "uv could not do it; pip does, in a minute." >&2; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	      -r requirements.lock; }
	@touch $@
