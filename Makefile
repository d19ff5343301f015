# Every target is one line or one script of hack/. Anything that takes long is
# skipped when it is up to date.
SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help
MODULE  := github.com/sparkwiz/sparkwiz
VERSION ?= 0.1.0-dev
COMMIT   = $(shell git describe --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  = -s -w -X $(MODULE)/internal/cli.version=$(VERSION) -X $(MODULE)/internal/cli.commit=$(COMMIT)

.PHONY: quickstart check build sandbox images test lint fmt golden docs charts e2e bench bench-eventlog clean help

quickstart: ## from a bare Debian machine to a Spark query on Kubernetes
	@hack/quickstart.sh $(ARGS)

check: ## everything that must hold: format, lint, tests, charts, docs, then one real platform
	@hack/check.sh

build: ## bin/sparkwiz, static: it is also what the image sparkwiz is made of
	@CGO_ENABLED=0 go build -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/sparkwiz ./cmd/sparkwiz

sandbox: ## the sandbox's binaries, Kubernetes among them
	@sandbox/build.sh bin

images: ## container images, as archives in the cache
	@images/build.sh

test: ## unit, scenario and engine tests, with the race detector
	@hack/test.sh

lint: ## golangci-lint on every module, shellcheck on every script
	@hack/lint.sh

fmt: ## format all Go files
	@hack/fmt.sh

golden: ## rewrite the golden files; read the diff before you commit it
	@hack/golden.sh

docs: build ## rewrite the generated pages: questions, network, compatibility and commands
	@bin/sparkwiz docs docs

charts: ## chart tests; every rendered object against the Kubernetes schemas
	@hack/charts.sh

e2e: build sandbox images ## install, query, rerun and uninstall on a real node
	@hack/e2e.sh

bench: build sandbox ## measure against Helm's own command line; writes docs/performance.md
	@hack/bench.sh

bench-eventlog: ## measure reading event logs (LOGS, SPARK); writes its part of docs/performance.md
	@hack/bench-eventlog.sh

clean: ## remove what was built here; the caches stay
	@hack/clean.sh

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
