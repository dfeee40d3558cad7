# Every target's one line of help stands behind `##`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help setup build test verify bench fuzz chaos simulate model crd images kubernetes up down status demo demo-down kind-up kind-down clean

help: ## Show this help.
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the system packages that building and testing need (as root).
	build/setup

build: ## Build everything; warnings are errors.
	dotnet build Operator.sln -c Release -v q --nologo

test: ## Run all tests, on a real API server and real pods; only=Router for one room.
	build/test $(only)

verify: ## Check what is generated and written: CRD, formatting, samples, links.
	build/verify

bench: ## Run the benchmarks; each prints ratios of one run. only=router for one.
	build/bench $(only)

fuzz: ## Send 200,000 mutated requests to the inference server; requests=N and seed=N for others.
	build/fuzz $(or $(requests),200000) $(seed)

chaos: ## Rollouts of every strategy under load while everything is killed at random, on the local node; rollouts=N and seed=N for others.
	dotnet run -c Release --project tests/Chaos -- $(if $(rollouts),--rollouts $(rollouts)) $(if $(seed),--seed $(seed))

simulate: ## Simulate thousands of rollouts, Canario's and its competitors', and write docs/decision-quality.md; rollouts=N and seed=N for others.
	dotnet run -c Release --project tests/Simulation -- $(if $(rollouts),--rollouts $(rollouts)) $(if $(seed),--seed $(seed))

model: ## Check every order of events on the rollout machine, deeper than the tests; depth=N looks, happenings=N at a look.
	dotnet build tests/Rollouts.Tests -c Release -v q --nologo
	CANARIO_MODEL_DEPTH=$(or $(depth),10) CANARIO_MODEL_HAPPENINGS=$(or $(happenings),1) dotnet test artifacts/bin/Rollouts.Tests/release/Canario.Rollouts.Tests.dll --nologo \
	  --filter FullyQualifiedName~ModelChecking --logger "console;verbosity=detailed"

crd: ## Generate the CRD from the C# types into crds/ and the chart.
	build/crd

images: ## Build the three container images and load them into the local node.
	dotnet run -c Release --project tests/LocalCluster -- images

kubernetes: ## Compile Kubernetes from Debian's source package ahead of need (once a machine, about eight minutes).
	dotnet run -c Release --project tests/LocalCluster -- build

up: ## Bring up a real one-node Kubernetes on this machine.
	dotnet run -c Release --project tests/LocalCluster -- up

down: ## Take the local node down again; nothing is left behind.
	dotnet run -c Release --project tests/LocalCluster -- down

status: ## Say what of the local node runs.
	dotnet run -c Release --project tests/LocalCluster -- status

demo: ## The main job end to end: serve, promote a good version, take two bad ones back.
	dotnet run -c Release --project tests/Demo

demo-down: ## Remove what the demo made.
	dotnet run -c Release --project tests/Demo -- down

kind-up: ## Create a kind cluster (needs Docker and kind) for those who have them.
	kind create cluster --name canario --config kind-config.yaml

kind-down: ## Delete the kind cluster.
	kind delete cluster --name canario

clean: ## Delete build outputs.
	rm -rf artifacts
