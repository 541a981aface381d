# From Step to Softmax: `make` says what there is to do.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
JOBS ?= 2
PORT ?= 8000

BIN := .venv/bin
READY := .venv/.ready
SITE := _build/html/index.html
BUILT := _build/.built
EXTENSIONS := offline_site chapter_numbers cell_roles moved_anchors mathematics light_pages accessible output_links projector addresses \
	launch editions portable questions
BUILDERS := _config.yml _toc.yml $(EXTENSIONS:%=tools/%.py) tools/moved_anchors.yml tools/archive.py \
	$(wildcard book/_static/* book/_templates/*)
WELCOME := book/_generated/welcome-explorer.html
BENCH := book/_generated/workbench.html
PAGES := $(shell find book notebooks \( -name .ipynb_checkpoints -o -name _generated -o -name exercises \) -prune -o -type f -print 2>/dev/null)

export PYTHONDONTWRITEBYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The matrices of the chapters are small: threads would wait for each other, and `make test` runs one chapter a core.
export OPENBLAS_NUM_THREADS := 1

.PHONY: help book pdf editions test notebooks assignments lab serve experiments circles torch frameworks bench mirror clean

help:  ## say what there is to do
	@echo "From Step to Softmax, a course on activation functions"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@echo "Another Python: make PYTHON=python3.12 book. Another port: make PORT=8001 serve."

book: $(BUILT)  ## build the site, ready to open from disk
	@echo "The site is in $(SITE)"

pdf: $(BUILT)  ## print the book as one PDF, with the browser that the tests use
	@$(BIN)/python -m tools.pdf

editions: book  ## make the chapters that run anywhere: for download, for students, all in one archive
	@echo "With solutions: _build/editions/portable/; for students: _build/editions/student/"

test: $(BUILT)  ## test it: lint, library, chapters run afresh, site in a browser
	@echo "Linting"
	@$(BIN)/python -m ruff check .
	@echo "Testing on $(JOBS) cores"
	@$(BIN)/python -m pytest -n $(JOBS) || { echo "Something failed: its name and its reason stand above."; exit 1; }
	@echo "All that was run has passed; what was skipped, and why, stands above."
	@echo "The tests are in tests/, the site that they read is in $(SITE)"

notebooks: $(READY)  ## run every chapter and graded set afresh, store its outputs and gather its claims
	@$(BIN)/python -m tools.notebooks run
	@$(BIN)/python -m tools.claims

assignments: $(READY)  ## write the student versions of the graded sets, a zip for each
	@$(BIN)/python -m tools.assignments

lab: $(READY)  ## open the chapters in JupyterLab
	@$(BIN)/python -m tools.lab

serve: book  ## build the site and serve it on this machine
	@echo "Serving on http://127.0.0.1:$(PORT)/ until Ctrl-C"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT) >/dev/null 2>&1 || \
		{ code=$$?; [ $$code -ge 128 ] || { echo "Port $(PORT) is taken: try make PORT=8001 serve"; exit 1; }; }

experiments: $(READY)  ## train the networks of the experiments anew, store how well they did
	@$(BIN)/python -m tools.experiments
	@$(BIN)/python -m tools.digits

circles: $(READY)  ## train the networks of chapter 19 on the two rings, store how they did and what they say
	@$(BIN)/python -m tools.circles

torch: .venv/.torch  ## install PyTorch, which one chapter needs and no other

.venv/.torch: requirements-torch.txt $(READY)
	@echo "Installing PyTorch; pip's configuration says from where"
	@$(BIN)/python -m pip install --quiet --progress-bar off -r requirements-torch.txt
	@touch $@

frameworks: $(READY) .venv-frameworks/.ready  ## ask PyTorch, JAX and Keras what they do at kinks and far out
	@$(BIN)/python -m tools.frameworks

.venv-frameworks/.ready: requirements-frameworks.txt
	@echo "Setting up .venv-frameworks: PyTorch, JAX, Keras and TensorFlow, some gigabytes"
	@$(PYTHON) -m venv .venv-frameworks
	@.venv-frameworks/bin/python -m pip install --quiet --progress-bar off -r requirements-frameworks.txt
	@touch $@

bench: $(BUILT)  ## measure one slider step, the build, the chapters
	@$(BIN)/python -m tools.bench

mirror: $(BUILT)  ## print what a reader sees of each chapter without opening anything
	@$(BIN)/python -m tools.mirror

clean:  ## remove the site and the caches; the environments in .venv* stay
	@rm -rf _build book/_generated .pytest_cache .ruff_cache .hypothesis *.egg-info
	@find . -path "./.venv*" -prune -o -name __pycache__ -prune -exec rm -rf {} +
	@echo "Removed the site and the caches. To start from nothing, remove .venv* and .lab as well."

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1 || true)."; \
		echo "Name another: make PYTHON=python3.12 book"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks its venv module. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version): some 120 packages, a minute or two the first time"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --progress-bar off -r requirements.txt -e . | awk ' \
		/^Collecting / && ++n % 10 == 0 {print "  found " n " packages, the last is " $$2; fflush()} \
		/^Installing collected/ {print "  installing them"; fflush()}'
	@touch $@

$(WELCOME): $(READY) tools/welcome_figure.py $(shell find activations -type f -not -name "*.pyc")
	@echo "Drawing the figure of the welcome page"
	@$(BIN)/python -m tools.welcome_figure
	@touch $@

$(BENCH): $(READY) tools/workbench_page.py $(shell find activations -type f -not -name "*.pyc")
	@echo "Compiling the catalogue for the workbench"
	@$(BIN)/python -m tools.workbench_page
	@touch $@

# A build that warned must warn again: its memory of the pages that it read is dropped.
# Changed builders change every page, and leave no page behind that the table of contents no longer names.
$(BUILT): $(READY) $(BUILDERS) $(WELCOME) $(BENCH) $(PAGES)
	@echo "Building the site; a warning fails it"
	@$(if $(filter $(BUILDERS) $(READY),$?),rm -rf _build/html _build/.doctrees)
	@$(BIN)/jupyter-book build . -n -W --keep-going | \
		{ grep --line-buffered -E '\[ *[0-9]+%\]|build (succeeded|finished)' || true; } || { \
		rm -rf _build/.doctrees; echo "The site was not built: the warnings stand above."; exit 1; }
	@$(BIN)/python -m tools.archive
	@touch $@
