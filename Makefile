# Every command of this project. `make quick` is the habit, `make check` gates a commit.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: install check quick test bench machine lock clean

install: .venv/installed

# Repeatable: the stamp is written last, so an install that failed half-way is done again.
.venv/installed: requirements/locked.txt pyproject.toml
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "recording-monitor needs Python 3.11: install it, or say PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python has no venv module: as root, apt-get install python3-venv"; exit 2; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/locked.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

quick: install
	$(BIN)/pytest -n auto -m "not slow" tests/unit

test: install
	$(BIN)/pytest -n auto

bench: install
	$(BIN)/python -m tests.bench

machine:
	@sh .ci/machine

lock:
	$(BIN)/uv pip compile pyproject.toml --extra development --extra build --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/locked.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
