.PHONY: install demo test unit integration e2e coverage resilience soak vendor-sdks bi-clients dictionary lint format types bench up down

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	touch $@

demo: install
	$(BIN)/syncer demo

test: install
	$(BIN)/pytest

unit: install
	$(BIN)/pytest tests/unit tests/contract

integration: install
	$(BIN)/pytest tests/integration

e2e: install
	$(BIN)/pytest tests/e2e

# Require 100 % branch coverage of planning and of the providers.
coverage: install
	$(BIN)/pytest tests/unit/model tests/unit/planning tests/unit/engine tests/unit/providers tests/unit/records tests/unit/simulator \
		tests/unit/test_guarantees.py tests/contract/test_providers.py tests/contract/test_provider_parsing.py \
		--deselect tests/unit/engine/test_random_clouds.py --cov-branch --cov-report=term-missing:skip-covered \
		--cov=syncer.planning --cov=syncer.providers --cov=syncer.model.pagination --cov-fail-under=100

# Run the real program while its network, its database and its clouds fail.
resilience: install
	$(BIN)/pytest tests/resilience

# Hundreds of `kill -9` in random scenarios; writes the results to docs/reliability.md.
KILLS := 500
soak: install
	$(BIN)/pytest -n 0 -m soak --kills $(KILLS) --figures docs/reliability.md tests/soak/test_soak.py::test_soak

# Run the vendors' own SDKs as clients of the simulator.
vendor-sdks: install
	$(BIN)/pip install -q -c constraints.txt -e '.[test,sdk]'
	$(BIN)/pytest -m vendor_sdks

# Write docs/data-dictionary.md from the comments in the migrations.
dictionary: install
	$(BIN)/pytest -n 0 --write-dictionary tests/integration/reporting/test_data_dictionary.py

# Test the drivers of notebooks and BI tools. Those for JDBC and ODBC are not on PyPI: see `.ci/run`.
bi-clients: install
	$(BIN)/pip install -q -c constraints.txt -e '.[test,clients]'
	$(BIN)/pytest -m 'bi_clients or parquet'

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install
	$(BIN)/mypy

bench: install
	$(BIN)/python -m bench

up: secrets/postgres_password secrets/syncer_password
	docker compose up --build --detach --wait

# Other users cannot enter the folder, but the user inside the container must be able to read the files.
secrets/%:
	install -d -m 700 secrets
	umask 022 && python3 -c 'import secrets; print(secrets.token_urlsafe(24), end="")' > $@

down:
	docker compose down
