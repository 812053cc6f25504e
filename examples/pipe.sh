#!/bin/sh
# Train on one table and predict another in a pipe: names are matched, rows keep their order.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shallow train configs/iris.yaml -o "$work/iris.npz" --quiet > "$work/losses.txt"
tail -n 1 "$work/losses.txt"

# What is predicted for the flowers with long petals?
awk -F, 'NR == 1 || $3 > 5' data/iris.csv |
  shallow predict "$work/iris.npz" - --id petal_length |
  awk -F, 'NR > 1 { n[$2]++ } END { for (species in n) print species, n[species] }' |
  sort
