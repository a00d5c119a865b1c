# `make run` and `make test` are all a stranger types. Everything else is listed by `make help`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint types fuzz faults bench image-test lock openapi clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# One environment for running and one for developing, each made anew when its lock changes.
$(VENV)/run.stamp: requirements/run.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "canbao needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@

run: $(VENV)/run.stamp  ## serve on 127.0.0.1:8000 (PORT=… changes it)
	$(BIN)/canbao serve

demo: $(VENV)/run.stamp  ## a made-up village: lists, registration, payment with every fault, reconciliation, reports
	$(BIN)/canbao demo

test: $(VENV)/dev.stamp  ## everything: lint, types, packs and their cases, unit, property, API, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/canbao packs check
	$(BIN)/pytest -n auto

check: $(VENV)/dev.stamp  ## the quick part: lint, types, packs and their cases
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/canbao packs check

fuzz: $(VENV)/dev.stamp  ## 20,000 generated requests against the running service
	FUZZ_REQUESTS=20000 $(BIN)/pytest tests/api/test_fuzz.py -s

faults: $(VENV)/dev.stamp  ## kills, failovers, full disks, forgeries, in their long form (docs/faults.md)
	FAULTS=100 $(BIN)/pytest tests/faults -n auto --dist worksteal -rP --durations 20

bench: $(VENV)/dev.stamp .venv-zen/stamp .venv-openfisca/stamp  ## ratios, interleaved in one run (bench/README.md)
	$(BIN)/python -m bench

.venv-zen/stamp: bench/rivals/requirements-zen.txt
	$(PYTHON) -m venv .venv-zen
	.venv-zen/bin/pip install --quiet --require-hashes -r $<
	touch $@

.venv-openfisca/stamp: bench/rivals/requirements-openfisca.txt
	$(PYTHON) -m venv .venv-openfisca
	.venv-openfisca/bin/pip install --quiet --require-hashes -r $<
	touch $@

image-test:  ## build the container image, lint it, start it and ask it for a quote (needs root and Debian)
	bash tools/image_test.sh

openapi: $(VENV)/dev.stamp  ## write openapi/openapi.json, docs/settings.md, docs/*.schema.json from the code
	$(BIN)/python -m tools.write_documents

lock: $(VENV)/dev.stamp  ## renew requirements/*.txt from *.in (hashes, no index)
	$(BIN)/pip install --quiet uv
	for name in run build dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header requirements/$$name.in -o requirements/$$name.txt; done

clean:  ## remove the environments and caches
	rm -rf .venv .venv-zen .venv-openfisca .pytest_cache .mypy_cache .ruff_cache .hypothesis
