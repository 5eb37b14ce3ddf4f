# Everything is set up in .venv, beside this file, from nothing but python3 and make.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python

.PHONY: demo test test-fast bench lint build schemas check-schemas cassettes clean

# In a venv of its own, with nothing but the plugin and the SDK: what a user has.
demo: .venv-demo/.installed
	@echo "== examples/test_billing.py: the main job, offline"
	@cd examples && ../.venv-demo/bin/python -m pytest test_billing.py
	@echo
	@echo "== examples/test_broken.py: broken on purpose; this is what the plugin says"
	@cd examples && ! ../.venv-demo/bin/python -m pytest test_broken.py

test: $(VENV)/.installed
	@$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest -n 2 $(ARGS)
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

# Without coverage, packaging, downloads of SDKs, and tests that take seconds.
test-fast: $(VENV)/.installed
	$(PY) -m pytest -n 2 -m "not slow" $(ARGS)

# Beside its peers, in a venv of its own: `make bench ARGS=--write` puts the table into docs/.
bench: .venv-bench/.installed
	@.venv-bench/bin/python -m benchmarks $(ARGS)

lint: $(VENV)/.linters
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

build: $(VENV)/.installed
	$(PY) -m build --outdir dist

schemas: $(VENV)/.installed
	$(PY) tools/build_schemas.py

cassettes: $(VENV)/.installed
	$(PY) tools/build_cassettes.py

check-schemas: $(VENV)/.installed
	$(PY) tools/build_schemas.py --check

clean:
	rm -rf .venv .venv-* .cache .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist

# --group needs a newer pip than some Pythons bring.
$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --upgrade pip
	@$(PY) -m pip install --quiet --editable . --group test
	@touch $@

.venv-demo/.installed: pyproject.toml
	@$(PYTHON) -m venv .venv-demo
	@.venv-demo/bin/python -m pip install --quiet --editable . requests stripe
	@touch $@

# What a speed is told of; the package itself is imported from here, as any other from its place.
# hypothesis-jsonschema does not run with a later Hypothesis.
MEASURED := fastjsonschema httpx hypothesis==6.100.0 hypothesis-jsonschema jsonschema-rs \
	pytest-recording pytest-xdist pyyaml requests respx stripe
.venv-bench/.installed: pyproject.toml
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --upgrade pip
	@.venv-bench/bin/python -m pip install --quiet --editable . $(MEASURED)
	@touch $@

$(VENV)/.linters: $(VENV)/.installed
	@$(PY) -m pip install --quiet --group lint
	@touch $@
