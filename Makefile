# `make help` lists the targets. Those that run or test Huntaze install what they miss, and say so.
.DEFAULT_GOAL := help
.PHONY: help serve test end2end dev check css sqlx-prepare bench screenshots setup

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## Run Huntaze with its sandbox; Ctrl-C stops all of it (PORT, SANDBOX_PORT)
	@scripts/serve.sh

test: ## All tests: format, lints, unit, integration, end-to-end
	@scripts/test.sh

end2end: ## The browser tests alone
	@scripts/test.sh end2end

check: ## The quick ones: format, lints, unit tests
	@scripts/test.sh quick

dev: ## Watch: a change of style shows without a Rust build; the gallery is at /dev/gallery
	@scripts/dev.sh

css: ## Put all styles into style/dist/app.css
	@scripts/css.sh

sqlx-prepare: ## After a change of SQL: note what the compiler needs to know of it
	@scripts/sqlx-prepare.sh

bench: ## Measure sizes, memory and requests a second of the release build
	@scripts/bench.sh

screenshots: ## Pictures of every page, at 1440 and 390 px, into target/screenshots
	@scripts/test.sh end2end --config=playwright.screenshots.config.ts

setup: ## Install what is missing, and nothing else
	@scripts/setup.sh test
