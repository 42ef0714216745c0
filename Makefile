# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The demo keeps its data apart from a real installation; root's data must not lie in a home (PostgreSQL runs as another user).
DEMO_DATA ?= $(shell [ "$$(id -u)" = 0 ] && echo /var/lib/dunwell-demo || echo $(CURDIR)/.demo)
# Commands and tests start hundreds of processes; without its cache Python would compile the same files in each of them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo install install-dev test quick fuzz check lint types contracts content secrets audit wheel lock vendor words clean

help:  ## Show what can be done.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Dunwell needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

install: $(VENV)/installed  ## Install Dunwell into .venv.

install-dev: $(VENV)/installed-dev  ## Install what tests and checks need too.

demo: install  ## Load the demo creditor, run its day, show what happened, serve until interrupted (ONCE=1: end after the run).
	DUNWELL_DATA="$(DEMO_DATA)" $(BIN)/dunwell demo $(if $(ONCE),--once)

test: install-dev  ## Run all tests on two processes.
	$(BIN)/python -m pytest -n 2 --dist loadgroup

quick: install-dev  ## Run the tests that take seconds.
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

fuzz: install-dev  ## Damage files for every reader some twenty thousand times each; part of `make test` with sixty.
	DUNWELL_FUZZ_EXAMPLES=20000 $(BIN)/python -m pytest tests/importers/test_hostile.py --timeout 0 -k damaged

check: lint types contracts content secrets  ## Lint, types, import contracts, content, secrets.

lint: install-dev
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

types: install-dev
	DUNWELL_DATABASE_URL=postgresql:///types DUNWELL_DATA=$$(mktemp -d) PYTHONPATH=src $(BIN)/mypy

contracts: install-dev
	PYTHONPATH=src $(BIN)/lint-imports

content: install-dev
	@export DUNWELL_DATA=$$(mktemp -d) && trap '$(BIN)/dunwell db stop; rm -rf '"$$DUNWELL_DATA" EXIT && $(BIN)/dunwell check --content

# Tests invent passwords and numbers; in them only what has the shape of a real key is looked for.
secrets: install-dev
	find src docs deploy tools training *.toml *.md Makefile -type f -regex '.*\.\(py\|toml\|md\|sql\|sh\|yaml\|html\|txt\)' -print0 | \
	  xargs -0 $(BIN)/detect-secrets-hook --no-verify --exclude-lines '://[a-z_]+:(…|password|\$$)'
	find tests -name '*.py' -print0 | xargs -0 $(BIN)/detect-secrets-hook --no-verify --disable-plugin KeywordDetector \
	  --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString --disable-plugin BasicAuthDetector

audit: install-dev  ## Ask PyPI whether a locked package has a known hole (needs the network).
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --vulnerability-service pypi -r requirements.lock -r requirements-dev.lock

wheel:  ## Build the wheel, install it into a fresh environment, run the demo there once.
	rm -rf dist build && $(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir dist .
	@folder=$$(mktemp -d) && trap 'DUNWELL_DATA=$$folder/data $$folder/env/bin/dunwell db stop; rm -rf $$folder' EXIT && \
	  $(PYTHON) -m venv $$folder/env && $$folder/env/bin/pip install --quiet --require-hashes -r requirements.lock && \
	  $$folder/env/bin/pip install --quiet --no-deps dist/dunwell-*.whl && cd $$folder && DUNWELL_DATA=$$folder/data env/bin/dunwell demo --once

lock:  ## Pin every dependency with hashes; no address of a download is written.
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 --universal pyproject.toml -o requirements.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 --universal --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

vendor:  ## Take the web faces' libraries from npm into the repository.
	$(BIN)/python tools/vendor_web.py

words: install-dev  ## Gather the words of the web faces into their catalogues.
	PYTHONPATH=src $(BIN)/python tools/words.py

clean:  ## Remove what was built.
	rm -rf $(VENV) .demo build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
