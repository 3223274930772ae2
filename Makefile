# Two commands are enough on a fresh machine: `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# What one start compiles the next one finds, also where the machine says otherwise: it is half of a start.
unexport PYTHONDONTWRITEBYTECODE
.SHELLFLAGS := -eu -c

PYTHON3 := $(firstword $(foreach name,python3 python,$(if $(shell command -v $(name) 2>/dev/null),$(name))))
UV := $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .tools/bin/uv; fi)
PY := .venv/bin/python
CORE := bot/core/.venv/bin/python
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock"
PYTEST = $(PY) -m pytest
# Most tests wait for a database or a process, so more of them run at once than there are cores; those of one file share what they start.
PARALLEL = -n 3 --dist loadfile
LENGTHY = test_telegram.py test_wechat.py test_visitor_and_staff.py test_widget.py

.PHONY: help run stop shell test check e2e e2e-lengthy faults faults-long report answers bench lint format types train audit sbom lock clean

help: ## what there is
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: env core-env ## set up what is missing, start everything, say where it is
	@exec $(PY) -m bot run

stop: env ## stop the running copy
	@$(PY) -m bot stop

shell: env core-env ## talk to the assistant in the terminal
	@exec $(PY) -m bot shell

test: test-core test-rest ## all tests that need no outside service

test-core: prepared
	@$(CORE) -m bot.core data validate --fail-on-warnings > var/validate.log 2>&1 \
		|| { tail -n 20 var/validate.log; exit 1; }
	$(CORE) -m pytest tests/core

test-rest: prepared
	$(PYTEST) $(PARALLEL) tests --ignore=tests/core --ignore=tests/e2e

prepared: dev-env core-dev-env
	@$(PY) -m bot prepare

e2e: prepared ## the real processes, PostgreSQL, Redis and a browser
	$(PYTEST) -n 2 --dist loadfile tests/e2e $(LENGTHY:%=--ignore=tests/e2e/%)

e2e-lengthy: prepared ## messengers, and two windows while every process dies: some minutes more
	$(PYTEST) $(LENGTHY:%=tests/e2e/%)

faults: prepared ## kill, stop and cut off every part while visitors talk; table of what held
	$(PY) -m tests.faults

faults-long: prepared ## the same for longer, with load; writes docs/reliability.md
	$(PY) -m tests.faults --long --document

lint: dev-env ## style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: dev-env ## rewrite in house style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

report: dev-env core-env ## ask all question sets through the chat API; table of results
	@$(PY) -m bot prepare
	$(PY) -m tests.report

answers: prepared ## the report without noise and without the cross-validation of intents, which have no floors
	$(PY) -m tests.report --answers --noise none

# Where one mostly waits, another computes.
check: lint ## everything, as before a landing
	@$(MAKE) --no-print-directory -j2 -O test-core test-rest
	@$(MAKE) --no-print-directory e2e
	@$(MAKE) --no-print-directory -j2 -O answers faults

bench: dev-env core-env ## the light core against stock Rasa, in one run
	$(PY) -m bench.compare

train: env core-env ## train the model if its inputs changed
	@$(PY) -m bot prepare

audit: env uv ## ask what is known against the locked packages; 3: somebody could not be asked
	@$(PY) -m bot audit

sbom: env core-env ## the bill of materials, var/sbom.cdx.json
	@$(PY) -m bot sbom

lock: uv ## renew the locks of both environments
	$(COMPILE) --python-version 3.12 pyproject.toml -o requirements.lock
	$(COMPILE) --python-version 3.12 pyproject.toml --group dev -o requirements-dev.lock
	$(COMPILE) --python-version 3.10 bot/core/pyproject.toml --project bot/core -o bot/core/requirements.lock
	$(COMPILE) --python-version 3.10 bot/core/pyproject.toml --extra dev --project bot/core -o bot/core/requirements-dev.lock
	$(COMPILE) --python-version 3.10 bench/stock/pyproject.toml --project bench/stock -o bench/stock/requirements.lock

clean: ## remove environments, models and data of this copy
	rm -rf .venv .tools bot/core/.venv models var

.PHONY: env dev-env core-env core-dev-env uv prepared test-core test-rest

uv:
	@[ -n "$(PYTHON3)" ] || { echo "Python 3 is missing: install Python 3.12 (package python3 with venv) and try again."; exit 1; }
	@[ "$(UV)" = uv ] || [ -x .tools/bin/uv ] || { \
		echo "Fetching uv ..."; \
		$(PYTHON3) -m venv .tools || { echo "Python cannot make environments: install the package python3-venv."; exit 1; }; \
		.tools/bin/python -m pip install --quiet --disable-pip-version-check uv; }

# An environment is made anew only when its lock changed; the stamp holds the lock's checksum.
define sync
	@sum=$$(cat $(2) .python-version | cksum); \
	if [ "$$(cat $(1)/.lock-$(4) 2>/dev/null)" != "$$sum" ]; then \
		echo "Setting up $(1) ..."; \
		[ -x $(1)/bin/python ] || $(UV) venv --quiet --python $(3) $(1); \
		VIRTUAL_ENV=$(1) $(UV) pip sync --quiet --require-hashes $(2); \
		rm -f $(1)/.lock-*; printf '%s' "$$sum" > $(1)/.lock-$(4); \
	fi
endef

env: uv
	@[ -f .venv/.lock-dev ] && [ "$$(cat requirements-dev.lock .python-version | cksum)" = "$$(cat .venv/.lock-dev)" ] \
		|| $(MAKE) --no-print-directory env-run
dev-env: uv
	$(call sync,.venv,requirements-dev.lock,3.12,dev)
core-env: uv
	@[ -f bot/core/.venv/.lock-dev ] \
		&& [ "$$(cat bot/core/requirements-dev.lock .python-version | cksum)" = "$$(cat bot/core/.venv/.lock-dev)" ] \
		|| $(MAKE) --no-print-directory core-env-run
core-dev-env: uv
	$(call sync,bot/core/.venv,bot/core/requirements-dev.lock,3.10,dev)

.PHONY: env-run core-env-run
env-run:
	$(call sync,.venv,requirements.lock,3.12,run)
core-env-run:
	$(call sync,bot/core/.venv,bot/core/requirements.lock,3.10,run)
