# Needs python3 (3.11 or newer), make and a package registry; everything else is installed into .venv.
# uv installs what uv.lock says; it comes from the registry too.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_MINIMUM := 0.11
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.setup-done
SYNC := UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --frozen --inexact --all-extras --all-groups --quiet
# More of them than processors: most of a test is waiting, for a commit or for a timer.
JOBS ?= 3
PYTEST := $(BIN)/pytest -n $(JOBS) --dist worksteal
# Thousands of tests share two processors, real servers and real clocks. Nothing is hidden: the first failure is printed,
# the second fails the run, and so does a run that broke off before it knew what had failed.
ALONE := $(BIN)/pytest -n 0 --last-failed --last-failed-no-failures none

# The first interpreter that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

.PHONY: help
help: ## Say what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(SETUP) ## Create .venv with everything that uv.lock names

$(SETUP): pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "Groundswell needs Python 3.11 or newer, as python3 or python3.11 ... python3.14." >&2; exit 1; }
	@test -x $(BIN)/python || $(MAKE) --no-print-directory venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=$(UV_MINIMUM)'
	@# Behind a proxy only the system's certificates may be right; in a small container only those that uv brings.
	$(SYNC) || $(SYNC) --system-certs
	@touch $@

.PHONY: venv
venv:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot create environments: on Debian and Ubuntu, apt-get install python3-venv." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

.PHONY: demo
demo: $(SETUP) ## Run a whole campaign on this machine, from goals to report
	$(BIN)/groundswell demo

.PHONY: up
up: $(SETUP) ## Start PostgreSQL, Temporal, worker, API and console; Ctrl-C stops them
	$(BIN)/groundswell up

.PHONY: test
test: $(SETUP) ## Run the tests, but not those marked slow or chaos; what fails beside others is tried once more, alone
	$(PYTEST) || $(ALONE)

.PHONY: chaos
chaos: $(SETUP) ## Kill and break everything at random under load, and compare the end with that of an undisturbed run
	$(BIN)/pytest -m chaos -n 1

.PHONY: test-slow
test-slow: $(SETUP) ## Run the tests that are marked slow or chaos
	$(PYTEST) -m "slow or chaos"

.PHONY: client
client: $(SETUP) ## Write the Python client in api/client anew, from the routes as they are
	$(BIN)/groundswell client api/client

.PHONY: histories
histories: $(SETUP) ## Record the histories that workflow code must always replay, anew
	GROUNDSWELL_RECORD_HISTORIES=1 $(PYTEST) tests/workflows/test_replay.py -k just_run -m "slow or not slow"

.PHONY: bench-store
bench-store: $(SETUP) ## Measure the event store beside plain rows and another library
	$(BIN)/python -m tests.benchmarks.bench_store

.PHONY: bench-streams
bench-streams: $(SETUP) ## Measure how long events take to 200 open streams
	$(BIN)/python -m tests.benchmarks.bench_streams

.PHONY: bench-directory
bench-directory: $(SETUP) ## Measure searches in a directory of a million creators
	$(BIN)/python -m tests.benchmarks.bench_directory

.PHONY: screenshots
screenshots: $(SETUP) ## Take the pictures of the console in docs/images (needs Chromium)
	$(BIN)/python -m tests.browser.pictures docs/images

.PHONY: lint
lint: $(SETUP) ## Check style, format, types and dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/deptry .
