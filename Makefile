# `make run` serves the page and prints its address, `make test` every check but the slow ones, `make quick` those of
# three minutes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# `make test COVERAGE=` measures no coverage, which costs up to half of the processor time; less from Python 3.12 on.
COVERAGE ?= --cov=spinefm --cov-report=term:skip-covered
export COVERAGE_CORE ?= $(shell $(PYTHON) -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")')

.PHONY: run test quick lint docs chromium space clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	$(BIN)/python app.py

# Small networks on small pictures: more threads than this only wait for each other. `app.py` takes what is free.
test: export OMP_NUM_THREADS ?= 2
test: lint chromium
	$(BIN)/python -m pytest $(COVERAGE)

# For every day: all but the tests marked `thorough` (most of the browser, training, the wheel), one process per
# core: three minutes on two of them.
quick: export OMP_NUM_THREADS ?= 1
quick: chromium $(VENV)/.test
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not thorough"

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.test
	$(BIN)/mkdocs build --strict

# pip is the last thing a new environment gets, so an environment without it is half made and is made again.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "SpineFM needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make environments; on Debian: apt-get install python3-venv, then run make again."; exit 1; }

$(VENV)/.run: requirements.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.test: requirements-dev.txt requirements.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@ $(VENV)/.run

# The browser of the page's tests, with the fonts that make its screenshots the same everywhere.
chromium:
	@command -v chromium > /dev/null && exit 0; \
	if ! command -v apt-get > /dev/null; then \
		echo "The page's tests need Chromium and this is no Debian; install it as 'chromium' on the PATH, then run make test again."; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif command -v sudo > /dev/null; then as_root=sudo; \
	else echo "The page's tests need Chromium; ask an administrator for: apt-get install chromium fonts-liberation fonts-dejavu-core"; exit 1; fi; \
	$$as_root apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-dejavu-core

# The files of a Hugging Face Space, in out/space: what is committed, without what .gitattributes keeps out.
space:
	rm -rf out/space
	mkdir -p out/space
	git archive HEAD | tar -x -C out/space
	@du -sh out/space

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage site build
