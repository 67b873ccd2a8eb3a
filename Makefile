# MasterX Emotion Stream. `make` alone lists what there is.
# Needs Python 3.11 or newer with venv, and a package registry that pip reaches. Nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Tests wait more than they compute: two files at a time, each with a broker and a database of its own. JOBS=0 is one at a time.
JOBS ?= 2
# As collected: the long files (acceptance, faults) come first, and the short ones fill the end.
TEST_JOBS := --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
# Strict editable mode lays links that type checkers and import-linter can follow.
EDITABLE := --config-settings editable_mode=strict
PACKAGES := schemas inference state history producers consumers training cli
SOURCES := $(shell find $(PACKAGES) -type f ! -name '*.pyc' 2>/dev/null | sort)
# The links name files: a new or a removed file needs them laid again, an edited one does not.
FILES := $(shell printf '%s\n' $(SOURCES) | cksum | tr ' ' '-')

.DEFAULT_GOAL := help
# A step that failed half-way (no network, no ensurepip) is taken again by the next make, not thought done.
.DELETE_ON_ERROR:
# Two pips in one environment would fall over each other.
.NOTPARALLEL:
.PHONY: help demo test unit setup setup-demo up lint types floors audit format check docs bench fuzz faults clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup-demo ## set up and run the main job: a classroom chats, interventions appear (ARGS=--fast)
	$(BIN)/emotionstream demo $(ARGS)

test: setup ## set up and pass all tests (ARGS="-k name" for some)
	$(BIN)/python -m pytest $(TEST_JOBS) $(ARGS)

unit: setup ## the tests that need nothing but Python
	$(BIN)/python -m pytest tests/unit $(TEST_JOBS) $(ARGS)

up: setup-demo ## run every part until Ctrl-C
	$(BIN)/emotionstream up

setup-demo: $(STAMPS)/demo-$(FILES) ## make .venv with what `make demo` needs (no torch)

setup: $(STAMPS)/all-$(FILES) ## make .venv with all that demo, tests and training need (brings torch)

lint: setup ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## strict types
	$(BIN)/mypy $(addprefix -p emotionstream.,$(PACKAGES))
	cd benchmarks && ../$(BIN)/mypy --config-file ../pyproject.toml *.py

floors: setup ## a package imports only from lower floors
	$(BIN)/lint-imports

audit: setup ## packages: versions as pinned, licences, known vulnerabilities (where an advisory service answers)
	$(BIN)/python .ci/audit.py

format: setup ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: lint types floors test ## all that CI checks

docs: setup ## write docs/schemas and docs/asyncapi.yaml anew from the models
	$(BIN)/emotionstream schemas export docs

bench: setup ## measure the chain against the bare engine and the plain way
	$(BIN)/python benchmarks/chain.py $(ARGS)

fuzz: setup ## mutated input at scale to everything that decodes (ARGS="--seed 2")
	$(BIN)/python tests/fuzz/fuzz.py $(ARGS)

faults: setup ## break everything that can break, and see whether anything is lost or doubled (ARGS="--fault 3 --seeds 1")
	PYTHONPATH=tests $(BIN)/python -m faults $(ARGS)

clean: ## remove .venv, builds and caches (not your data under .emotionstream)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -qq -c constraints.txt pip setuptools wheel

$(STAMPS)/demo.deps: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -qq -c constraints.txt $(EDITABLE) -e '.[demo]'
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/all.deps: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -qq -c constraints.txt $(EDITABLE) -e '.[demo,train,dev]'
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/demo.deps

$(STAMPS)/demo-$(FILES): $(STAMPS)/demo.deps
	$(PIP) install -qq --no-deps --no-build-isolation -c constraints.txt $(EDITABLE) -e .
	@rm -f $(STAMPS)/demo-* && touch $@

$(STAMPS)/all-$(FILES): $(STAMPS)/all.deps $(STAMPS)/demo-$(FILES)
	@rm -f $(STAMPS)/all-* && touch $@
