# make run    the demo house in this terminal       make lint   style, types, import contracts
# make test   everything that CI checks             make bench  the figures, measured on this machine
# Needs Python 3.11 or 3.12 and pip; everything else comes from PyPI, npm and, for the tests, Debian.

PYTHON ?=
TESTS ?=
STAMPS := .stamps
BIN := .venv/bin
CONSOLE := web/console
CONSOLE_SOURCES := $(shell find $(CONSOLE)/src $(CONSOLE)/public -type f 2>/dev/null) \
	$(wildcard $(CONSOLE)/*.json $(CONSOLE)/*.ts $(CONSOLE)/*.html)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test lint check-console bench console setup clean
.DELETE_ON_ERROR:

run: $(STAMPS)/run $(STAMPS)/console
	@exec $(BIN)/hotline up --demo

test: lint check-console
	@deploy/test-packages.sh
	$(BIN)/pytest -n 2 $(TESTS)

lint: $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-console: $(STAMPS)/console
	cd $(CONSOLE) && npm run --silent check && npm run --silent test

bench: $(STAMPS)/dev $(STAMPS)/console
	@for file in bench/*.py; do echo "== $$file"; PYTHONSAFEPATH=1 PYTHONPATH=. $(BIN)/python "$$file" || exit 1; done

console: $(STAMPS)/console

setup: $(STAMPS)/dev $(STAMPS)/console

clean:
	rm -rf .venv $(STAMPS) $(CONSOLE)/dist $(CONSOLE)/node_modules

# A stamp says that a step is done; it is older than what the step was made from when that has changed.
$(STAMPS)/venv: deploy/venv.sh
	@mkdir -p $(STAMPS)
	@[ -x $(BIN)/python ] || echo "正在创建虚拟环境 / making the virtual environment"
	@[ -x $(BIN)/hotline ] || deploy/venv.sh $(PYTHON)
	@touch $@

$(STAMPS)/run: requirements.txt $(STAMPS)/venv
	@echo "正在安装依赖,首次需要几分钟 / installing dependencies, a few minutes the first time"
	@$(PIP) -r requirements.txt
	@touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/venv
	@echo "正在安装开发依赖 / installing development dependencies"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(STAMPS)/run

$(STAMPS)/node: requirements-node.txt $(STAMPS)/venv
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
		2>/dev/null && npm --version >/dev/null 2>&1 \
		|| { echo "正在安装 Node / installing Node"; $(PIP) -r requirements-node.txt; }
	@touch $@

$(STAMPS)/npm: $(CONSOLE)/package-lock.json $(STAMPS)/node
	cd $(CONSOLE) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/console: $(STAMPS)/npm $(CONSOLE_SOURCES)
	cd $(CONSOLE) && npm run --silent build
	@touch $@
