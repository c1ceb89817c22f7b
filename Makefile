# make run: the app.  make test: every check.  make bench: the table of ratios.  make oracles: recorded numbers against PyTorch.
# make firefox: the journeys in Debian's Firefox ESR, which it installs with a display in memory.
# make lock: requirements.lock anew off requirements.txt.  make audit: its packages against the known vulnerabilities.
# On another Python: make run PYTHON=python3.12.  More flags for the command behind: make run FLAGS=--server.port=8600.
PYTHON ?= python3
FLAGS ?=
WORKERS ?= 2
ORACLES ?= record_torch record_networks record_flow
TORCH ?= torch==2.13.0
UV ?= uv==0.13.9
AUDIT ?= pip-audit==2.10.1

BROWSERS := chromium chromium-browser google-chrome
MINE := .venv
HEAVY := build/torch
LOCKS := build/lock

.PHONY: run test bench oracles lock audit browser firefox

run: $(MINE)/.app
	$(MINE)/bin/streamlit run app.py $(FLAGS)

test: $(MINE)/.dev browser
	$(MINE)/bin/ruff check .
	$(MINE)/bin/ruff format --check .
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(MINE)/bin/pyright
	$(MINE)/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(FLAGS)

bench: $(HEAVY)/.dev browser
	$(HEAVY)/bin/python -m benchmarks $(FLAGS)

oracles: $(HEAVY)/.dev
	for oracle in $(ORACLES); do $(HEAVY)/bin/python -m tests.oracles.$$oracle --check $(FLAGS) || exit 1; done

lock: $(LOCKS)/.tools
	$(LOCKS)/bin/uv pip compile requirements.txt --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
		--no-annotate --no-emit-index-url --custom-compile-command "make lock" -o requirements.lock

audit: $(LOCKS)/.tools
	$(LOCKS)/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

# $(call install,environment,what to install): the environment is made when it is missing or broken.
define install
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
@$(1)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(1)
@echo "Installing $(2) into $(1), once"
@$(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)
@touch $@
endef

$(MINE)/.app: requirements.txt
	$(call install,$(MINE),-r requirements.txt)

$(MINE)/.dev: requirements.txt requirements-dev.txt
	$(call install,$(MINE),-r requirements-dev.txt)

$(HEAVY)/.dev: requirements.txt requirements-dev.txt
	$(call install,$(HEAVY),-r requirements-dev.txt $(TORCH))

$(LOCKS)/.tools: Makefile
	$(call install,$(LOCKS),$(UV) $(AUDIT))

# $(call debian,packages): of Debian, without what they recommend.
define debian
test "$$(id -u)" = 0 || sudo=sudo; \
$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1)
endef

# The browser that the tests drive: the first of BROWSERS on the PATH, else Debian's chromium is installed.
browser:
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	command -v apt-get >/dev/null || { echo "No browser: install Chromium so that one of '$(BROWSERS)' is on the PATH" >&2; exit 1; }; \
	echo "Installing Debian's chromium, once"; \
	$(call debian,chromium)

firefox: $(MINE)/.dev
	@command -v firefox-esr >/dev/null && command -v Xvfb >/dev/null || { $(call debian,firefox-esr xvfb libgl1-mesa-dri libglx-mesa0 libegl1); }
	$(MINE)/bin/pytest tests/browser/test_firefox.py $(FLAGS)
