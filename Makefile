.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.run-ready
DEV := .venv/.dev-ready
WORKERS ?= 2
# a file's tests share servers and models: they stay in one process; tests/conftest.py has the order
TOGETHER := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

$(RUN): pyproject.toml deploy/environment.py
	@$(PYTHON) deploy/environment.py .venv .
	@touch $@

$(DEV): pyproject.toml deploy/environment.py
	@$(PYTHON) deploy/environment.py .venv '.[dev]'
	@touch $@ $(RUN)

.PHONY: help demo serve test browser soak check bench eval fixtures format

help: ## show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN) ## hear the bundled calls live and watch their alerts arrive (under 90 s)
	@$(BIN)/monitor demo

serve: $(RUN) ## run the server on this machine; data goes to var/
	@$(BIN)/monitor serve --data var

test: $(DEV) ## run the tests
	@$(BIN)/pytest $(TOGETHER)

browser: $(DEV) ## run the tests of the screens in Chromium (minutes)
	@$(BIN)/pytest -o addopts= -q tests/browser

soak: $(DEV) ## kill, cut and starve the server for half an hour; prints one line for each promise
	@$(BIN)/pytest -o addopts= -q -s -p no:cacheprovider tests/soak

check: $(DEV) ## format, lint, types, rule packs, tests
	@$(BIN)/ruff format --check monitor tests deploy
	@$(BIN)/ruff check monitor tests deploy
	@$(BIN)/mypy
	@$(BIN)/monitor lexicon lint
	@$(BIN)/monitor lexicon test
	@$(BIN)/pytest $(TOGETHER)

bench: $(DEV) ## measure latency, cost and speed; prints the raw runs
	@$(BIN)/monitor bench
	@$(BIN)/monitor bench judge

eval: $(RUN) ## precision and recall of the rules on our labelled set
	@$(BIN)/monitor eval --history tests/evaluation/history.csv

fixtures: $(RUN) ## make the recorded calls again (needs espeak-ng)
	@$(BIN)/monitor fixtures build

format: $(DEV) ## put the code in the house's format
	@$(BIN)/ruff format monitor tests deploy
	@$(BIN)/ruff check --fix monitor tests deploy
