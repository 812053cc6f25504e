#!/bin/sh
# A gate for a pipeline: stops when the accuracy on held-out rows drops below a limit.
#   examples/gate.sh 0.9
set -eu
cd "$(dirname "$0")/.."
limit=${1:-0.9}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shallow train configs/wine.yaml -o "$work/wine.npz" --quiet > /dev/null
if shallow evaluate "$work/wine.npz" data/wine.csv --json \
    --fail-under "validation_accuracy=$limit" > "$work/metrics.json"
then
  echo "good enough: ship it"
else
  code=$?
  [ "$code" -eq 1 ] || exit "$code"   # an error is not a bad model
  echo "not good enough: keep the old model"
  exit 1
fi
