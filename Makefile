# Every command of this project. `make quick` is the habit, `make check` gates a commit.
PYTHON ?= $(firstword $(shell command -v python3.11 python3 2>/dev/null))
BIN := .venv/bin
SIZES ?= 100000 1000000 10000000
LOCKED ?= requirements/locked.txt

.PHONY: help install demo example check deployed quick test soak bench machine lock audit clean

help:
	@echo "make install   a virtual environment with everything, from locked hashes"
	@echo "make demo      a simulated force, live: what is not becoming a crime, and by when; Ctrl-C ends it"
	@echo "make example   ten simulated days, decided and explained"
	@echo "make check     lint, format, types, and what is deployed by its own programs"
	@echo "make deployed  what is written under deploy/, anew"
	@echo "make quick     the unit tests, under a minute"
	@echo "make test      every test but the slow ones; on Apache Kafka too, where Java 17 and Maven are there"
	@echo "make soak      the tests that take minutes"
	@echo "make bench     speed and memory; SIZES='100000 1000000' for less"
	@echo "make machine   the Debian packages that are needed, as root"
	@echo "make lock      exact versions with hashes, anew"
	@echo "make audit     known weaknesses of the locked versions; needs an index that tells of them, and fails without"

install: .venv/installed

# Repeatable: the stamp is written last, so an install that failed half-way is done again.
.venv/installed: requirements/locked.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "install Python 3.11, or say make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "expected Python 3.11, found $$($(PYTHON) -V); say make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python has no venv: as root, apt-get install python3-venv"; exit 2; }
	@echo "installing into .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/locked.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install
	@$(BIN)/recording-monitor demo

example: install
	@mkdir -p .example
	@$(BIN)/recording-monitor simulate --incidents 3000 --start 2026-03-20T00:00:00Z --truth .example/truth.jsonl > .example/events.jsonl
	@$(BIN)/recording-monitor replay .example/events.jsonl --statuses .example/statuses.jsonl --alerts .example/alerts.jsonl
	@echo; echo "Events, statuses, alerts and the simulation's own truth are in .example; why an incident is on the list:"
	@echo "  $(BIN)/recording-monitor explain FORCE/REF .example/events.jsonl"

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	tests/deployed

deployed: install
	@$(BIN)/python -m deploy.source
	@$(BIN)/recording-monitor topics asyncapi > asyncapi.yaml
	@$(BIN)/recording-monitor topics data > deploy/data-protection.md
	@$(BIN)/recording-monitor metrics > deploy/metrics.md

quick: install
	@$(BIN)/pytest -n auto -m "not slow and not kafka and not kafka3 and not alertmanager" tests/unit

test: install
	@tests/run "not slow"

soak: install
	@tests/run slow

bench: install
	$(BIN)/python -m tests.bench $(SIZES)
	$(BIN)/python -m tests.bench live

machine:
	@sh .ci/machine

COMPILE = $(BIN)/uv pip compile --python-version 3.11 --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate

# What the image is made of, and what makes it, has the versions that everything else was tried with.
lock:
	@$(COMPILE) pyproject.toml --extra development --extra embedded --extra build -o requirements/locked.txt
	@$(COMPILE) pyproject.toml -c requirements/locked.txt -o requirements/runtime.txt
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		| $(COMPILE) - -c requirements/locked.txt -o requirements/build.txt

# Strict, for what the index does not tell of would else pass as free of weaknesses. No part of what is installed.
audit: install
	@$(BIN)/python -m pip check
	@$(BIN)/uv tool run --quiet --from pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $(LOCKED)

clean:
	rm -rf .venv .example .bench .kafka .mypy_cache .ruff_cache .pytest_cache .hypothesis
