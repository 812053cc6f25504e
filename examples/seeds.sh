#!/bin/sh
# How much does the seed matter? One training per seed, the last row of each, sorted.
#   examples/seeds.sh configs/moons.yaml 5
set -eu
cd "$(dirname "$0")/.."
config=${1:-configs/moons.yaml}
seeds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

seed=0
while [ "$seed" -lt "$seeds" ]; do
  shallow train "$config" --set "seed=$seed" -o "$work/model.npz" --quiet --format jsonl |
    tail -n 1 |
    sed "s/^{/{\"seed\": $seed, /"
  seed=$((seed + 1))
done > "$work/last.jsonl"

# The field after "validation_accuracy":, best first.
sed 's/.*"seed": \([0-9]*\).*"validation_accuracy": \([0-9.]*\).*/\2 seed \1/' "$work/last.jsonl" |
  sort -rn
