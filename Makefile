# LeaderPort. `make` alone lists what there is.

# A shell that is not make's default one: old versions of make (a Mac's) then look for commands on the PATH set here.
SHELL := /bin/bash
# cargo's tools come first: set-up installs them there.
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

SETUP := .tools/setup.sh
# Against the debug build, which cargo's tests make.
API_TEST := .tools/schemathesis/run.sh
# The browser tests' front ends, `release` and `debug`, apart from the one that `make run` serves.
TEST_SITES := target/test-sites
# Front ends that are served are in parts, each loaded with the pages that need it: `--split` and its feature, or neither, since with one of them
# pages do not hydrate. And their standard library is one whose panics stop the module without words, and formats nothing for debugging: a tenth
# smaller. That takes its sources, and flags that this compiler has but promises to nobody; the browser's part of debug builds is as usual. At last the
# module is made shorter still.
RELEASE_FRONT_END := RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT=true CARGO_PROFILE_WASM_RELEASE_PANIC=immediate-abort \
  RUSTFLAGS="--cfg erase_components -Zlocation-detail=none -Zfmt-debug=none" \
  cargo leptos build --release --frontend-only --precompress --split --lib-features split --lib-cargo-args=-Zbuild-std=std,panic_abort
SHORTEN := node .tools/shorten.mjs
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests run build dev test fuzz stress contract check bench clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what building and running needs (seconds when all is there)
	@$(SETUP)

setup-tests:
	@$(SETUP) tests

run: setup build ## Install, build for release, and start LeaderPort with its own Valkey
	target/release/leaderport

build: ## Build server and front end for release
	cargo leptos build --release --server-only
	$(RELEASE_FRONT_END)
	$(SHORTEN) target/site/pkg

dev: setup ## Rebuild and reload at every change: the same as `cargo leptos watch`
	cargo leptos watch

test: setup-tests ## Install, then run every test there is
	cargo test -p app -p server -p swarm --features app/ssr
	$(API_TEST)
	LEPTOS_SITE_ROOT=$(TEST_SITES)/debug cargo leptos build --frontend-only
	cp target/debug/hash.txt $(TEST_SITES)/debug/
	LEPTOS_SITE_ROOT=$(TEST_SITES)/release $(RELEASE_FRONT_END)
	$(SHORTEN) $(TEST_SITES)/release/pkg
	cp target/release/hash.txt $(TEST_SITES)/release/
	cd end2end && TEST_SITES=../$(TEST_SITES) npx playwright test

fuzz: setup-tests ## Go on testing the ranking engine against its model, and the API: make fuzz FUZZ_CASES=10000 FUZZ_SECONDS=600
	FUZZ_CASES=$(or $(FUZZ_CASES),5000) cargo test -p server --test model -- histories --nocapture
	$(API_TEST) $(or $(FUZZ_SECONDS),300)

stress: setup-tests ## Stress the live feed in another way each time, or again: make stress STRESS_SEED=7
	seed=$(or $(STRESS_SEED),$$RANDOM); echo "STRESS_SEED=$$seed"; \
	  STRESS_SEED=$$seed cargo test -p server --test stress --features app/ssr

contract: ## Renew what is kept of the API's contract: its document and its answers
	UPDATE_CONTRACT=1 INSTA_UPDATE=always cargo test -p server --features app/ssr --test it -- contract

check: setup-tests ## Formatting, lints for server and browser, licences, advisories
	cargo fmt --all --check
	cargo clippy --all-targets -p app -p server -p swarm --features app/ssr -- -D warnings
	cargo clippy -p frontend --target wasm32-unknown-unknown --no-default-features --features split --target-dir target/front -- -D warnings
	cargo deny check licenses bans
	@if cargo deny fetch db >/dev/null 2>&1; then cargo deny check advisories; else echo "advisories not checked: their database can't be reached"; fi

bench: setup build ## Measure the release build: submissions, latencies, live delivery, sizes
	.tools/bench.sh

clean: ## Remove everything that was built
	cargo clean
