# Two commands matter: `make run` tries the product, `make test` tests it. `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Wheels only: nothing is built here, so the hashes cover everything that runs.
INSTALL := $(PIP) install --quiet --quiet --require-hashes --only-binary :all:
UV_COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes

.DEFAULT_GOAL := help
.PHONY: help run passwords test bench load soak check gallery messages format lock clean
.DELETE_ON_ERROR:

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

run: export DEMO ?= 1
run: export PORT := $(PORT)
run: .venv/run.stamp ## start the demo and say who can sign in (SHAPE=site, PORT=8000, DATABASE_URL=…)
	@$(BIN)/python -m adminrights.serve

passwords: export DEMO ?= 1
passwords: .venv/run.stamp ## give the people of the demo new passwords and print them
	@$(BIN)/python manage.py demo --new-passwords

test: .venv/dev.stamp ## run all tests (DATABASE_URL=… for PostgreSQL, ARGS="-k invite" for some)
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest -n auto $(ARGS)

bench: .venv/dev.stamp ## measure beside Django, guardian, pycasbin and SQL (ARGS="--accounts 1000 --only search")
	@$(BIN)/python -m tests.bench $(ARGS)

load: .venv/dev.stamp ## let staff and administrators work at once, and say how fast they were answered (ARGS="--accounts 1000")
	@$(BIN)/python -m tests.load $(ARGS)

soak: .venv/dev.stamp ## crash, crowd and repeat for hours, then print what held (ARGS="--scale 0.1 mail")
	@$(BIN)/python -m tests.soak $(ARGS)

check: .venv/dev.stamp ## run everything that needs no test: linters, types, contracts, budget
	@.ci/checks

gallery: .venv/dev.stamp ## draw every screen, theme and width into .local/gallery, and the README's picture
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.browser.gallery $(ARGS)

messages: .venv/dev.stamp ## collect every text into adminrights/locale, and compile what is translated
	@$(BIN)/python -m tests.messages

format: .venv/dev.stamp ## put the code into the one format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: .venv/dev.stamp ## resolve the dependencies of pyproject.toml anew, with hashes (UPGRADE=--upgrade)
	@$(PIP) install --quiet --quiet uv
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV_COMPILE) $(UPGRADE) -o requirements/run.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV_COMPILE) $(UPGRADE) --extra dev -c requirements/run.txt -o requirements/dev.txt

clean: ## remove the environment and caches; the demo's data in .local stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed. Name one: make run PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo 'The environment could not be made (on Debian: apt-get install python3-venv).' >&2; exit 1; }

.venv/run.stamp: requirements/run.txt | .venv/pyvenv.cfg
	@echo 'Installing what the product needs …' >&2
	@$(INSTALL) -r requirements/run.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt | .venv/pyvenv.cfg
	@echo 'Installing what the tests need …' >&2
	@$(INSTALL) -r requirements/dev.txt
	@touch $@ .venv/run.stamp
