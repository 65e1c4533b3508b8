# The house's own commands. Each sets up what it needs; a second time that costs a moment.
PYTHON ?= python3
IN = .venv/bin/
TOGETHER = --numprocesses=auto --maxprocesses=4 --dist=loadfile
.PHONY: all setup run check test fix wire tables contracts journeys bench models

all: check test

setup:    ; @$(PYTHON) tools/setup.py --for-work   ## install everything
run:      ; @$(PYTHON) tools/setup.py && exec $(IN)asklepion serve --demo   ## open the house
check:    setup   ## format, lint, types, arrows
	$(IN)ruff format --check .
	$(IN)ruff check .
	$(IN)pyright
	$(IN)lint-imports
	@$(IN)python tools/setup.py --npm run check
test:     setup   ## Python, web and browser tests
	@$(IN)python tools/setup.py --npm test
	$(IN)pytest -m browser $(TOGETHER)
	$(IN)pytest -m "not browser" --numprocesses=auto
fix:      setup   ## format and repair
	$(IN)ruff check --fix .
	$(IN)ruff format .
	@$(IN)python tools/setup.py --npm run fix
wire:     setup   ## write the TypeScript messages and the page of scores again
	$(IN)python -m tools.wire_ts
	$(IN)python -m tools.score_page
tables:   setup   ## write the FHIR tables again from the official definitions
	$(IN)python -m tools.fhir_tables
contracts: setup   ## compile the contracts again
	@$(IN)python tools/setup.py --npm --prefix ../contracts run build
journeys: setup   ## the browser tests
	$(IN)pytest -m browser $(TOGETHER)
models:   setup   ## fit the models again
	@$(IN)python -m pip install --quiet --require-hashes --no-deps -r requirements-models.lock
	$(IN)python -m models
bench:    setup   ## measure
	$(IN)python -m bench
