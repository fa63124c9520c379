# Every target only calls dev.py, which needs Python 3.11 and nothing else.
# Extra arguments: make test ARGS="tests/routing -x", make run ARGS="--port 8080"

PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install run test bench lint translations shots call lock clean

help: ## Say what each target does
	@$(PYTHON) dev.py help

install run test bench lint translations shots call lock clean:
	@$(PYTHON) dev.py $@ $(ARGS)
