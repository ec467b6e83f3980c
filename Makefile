# Sightline: every task of a checkout. `make help` lists them.
NODE_VERSION := 24.21.0
export PATH := $(CURDIR)/.node/bin:$(PATH)
.DEFAULT_GOAL := help

.PHONY: help setup demo test check e2e bench format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.package-lock.json ## install Node 24 (if needed) and the packages
node_modules/.package-lock.json: package-lock.json package.json
	@scripts/ensure-node.sh $(NODE_VERSION)
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo: setup ## answer questions about two sample photos, then stay in conversation
	@./sightline demo

test: setup ## run all tests
	@npx --no-install vitest run $(VITEST_ARGS)

check: setup ## types, lint, format, licences: everything static
	@npx --no-install tsc -p .
	@npx --no-install oxlint --type-aware
	@npx --no-install oxfmt --check .
	@node scripts/check-licences.ts

e2e: setup ## end-to-end tests with the real programs
	@npx --no-install vitest run --config vitest.e2e.config.ts $(VITEST_ARGS)

bench: setup ## run every benchmark; rewrites docs/benchmarks.md
	@node bench/run.ts

format: setup ## format the sources
	@npx --no-install oxfmt .

clean: ## remove what setup, tests and benchmarks made
	rm -rf node_modules .node .models .samples .bench coverage
