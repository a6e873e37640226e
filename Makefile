# `make help` lists the targets. Targets that run or test Huntaze install missing dependencies and print what they install.
.DEFAULT_GOAL := help
.PHONY: help serve test end2end dev check css sqlx-prepare bench lighthouse screenshots setup

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## Run Huntaze with the sandbox; Ctrl-C stops both (variables: PORT, SANDBOX_PORT)
	@scripts/serve.sh

test: ## Run all checks and tests: formatting, lints, unit, integration, end-to-end
	@scripts/test.sh

end2end: ## Run only the end-to-end tests
	@scripts/test.sh end2end

check: ## Run the quick checks: formatting, lints, unit tests
	@scripts/test.sh quick

dev: ## Rebuild on change; styles reload without a Rust build; component gallery at /dev/gallery
	@scripts/dev.sh

css: ## Compile all styles into style/dist/app.css
	@scripts/css.sh

sqlx-prepare: ## Update the query metadata in .sqlx/ after a change of SQL or migrations
	@scripts/sqlx-prepare.sh

bench: ## Measure size, memory and throughput of the release build
	@scripts/bench.sh

lighthouse: ## Run Lighthouse on the release build (variable: RUNS)
	@scripts/lighthouse.sh

screenshots: ## Take screenshots of every page, at 1440 and 390 px, into target/screenshots
	@scripts/test.sh end2end --config=playwright.screenshots.config.ts

setup: ## Install missing dependencies
	@scripts/setup.sh test
