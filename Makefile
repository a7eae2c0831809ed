# Every target does its own set-up; `make` alone lists them.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup lint test test-most test-all demo benchmark clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with everything pinned; nothing to do when it is up to date

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $(PYTHON) is $$($(PYTHON) --version 2>&1 | tail -n 1); 3.11 or newer is needed:" \
	    "make setup PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@if [ "$$(uname)" = Linux ]; then for library in libGL.so.1 libEGL.so.1 libGLESv2.so.2; do \
	  $(BIN)/python -c "import ctypes; ctypes.CDLL('$$library')" 2>/dev/null || \
	    echo "warning: $$library is missing and MediaPipe needs it:" \
	      "sudo apt-get install libgl1 libegl1 libgles2" >&2; \
	done; fi
	@touch $(READY)

lint: $(READY)  ## Check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test: $(READY)  ## Run the fast tests
	$(BIN)/pytest -m "not slow"

test-all: test  ## Run the slow tests too: whole commands, several ranks, SLURM where it is installed
	$(BIN)/pytest -m slow

test-most: test  ## Run the slow tests too, but for those that take minutes each
	$(BIN)/pytest -m "slow and not long"

demo: $(READY)  ## Synthesise talking heads, train the four arms of CRA and STAC, compare; a quarter of an hour
	$(BIN)/talkingface synthesize output=demo/data identities=160 clips_per_identity=1 \
	  shared_motions=0 seconds=4 size=64
	$(BIN)/talkingface synthesize output=demo/unseen identities=2 clips_per_identity=1 \
	  shared_motions=0 seconds=4 size=64 seed=1
	$(BIN)/talkingface train experiment=demo
	$(BIN)/talkingface sweep +sweeps=ablation experiment=demo_arms seed=0
	@$(MAKE) --no-print-directory demo/self.mp4 demo/cross.mp4
	$(BIN)/talkingface compare runs=demo/runs/ablation output=demo/comparison crop=whole metrics=[] \
	  source=$(PORTRAIT) driving=$(OTHER)
	$(BIN)/talkingface report demo/runs/ablation
	@echo
	@echo "demo/self.mp4   a person never seen in training, moved by her own video (CRA and STAC on)"
	@echo "demo/cross.mp4  the same person, moved by somebody else's video"
	@echo "                (each with sound: portrait, driving video, generated video)"
	@echo "demo/comparison/comparison.mp4  the four arms under a clean and a jittered reference"
	@echo "demo/runs/ablation/report/report.html  one page about the four runs"
	@echo "The runs with their curves and sample videos: demo/runs; figures: demo/comparison/runs.csv"

PORTRAIT = demo/unseen/clips/39/id0000_m0000.mp4
OTHER = demo/unseen/clips/1b/id0001_m0001.mp4
ANIMATE = $(BIN)/talkingface animate crop=whole side_by_side=true output=$@ source=$(PORTRAIT) \
  checkpoint=demo/runs/ablation
TRAINED = $(wildcard demo/runs/ablation/*/DONE)

demo/self.mp4: $(TRAINED)
	$(ANIMATE) driving=$(PORTRAIT)

demo/cross.mp4: $(TRAINED)
	$(ANIMATE) driving=$(OTHER)

benchmark: $(READY)  ## Measure every speed that the documentation claims; benchmarks/of_runs measure finished runs
	set -e; for script in benchmarks/[a-z]*.py; do echo "$$script"; $(BIN)/python "$$script"; done

clean:  ## Remove .venv and caches; data, runs and demo stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
