#!/usr/bin/env bash
# The version before the newest migration, for the drills that go from one version to the next. To be sourced before drill.sh.
#   LETHE_BEFORE_BIN_DIR   where its programs are; otherwise they are built (minutes the first time)

kNewest=$(printf '%s\n' migrations/*.sql | tail -n 1)
readonly kNewest kBeforeSource=build/drills/before
# shellcheck disable=SC2034  # drill.sh reads it
readonly kFirst=${LETHE_BEFORE_BIN_DIR:-$kBeforeSource/build/release/bin}

build_before() {
  [ -z "${LETHE_BEFORE_BIN_DIR:-}" ] || return 0
  local commit log=build/drills/before-build.log
  deploy/local/install build
  commit=$(git log -1 --format=%H --diff-filter=A -- "$kNewest")
  [ -n "$commit" ] || { echo "no commit has added $kNewest: commit it, or set LETHE_BEFORE_BIN_DIR" >&2; return 1; }
  git cat-file -e "$commit^" || { echo "the commit before $commit is not here: git fetch --unshallow" >&2; return 1; }
  printf '   %s, before %s\n' "$(git rev-parse --short "$commit^")" "${kNewest##*/}"
  mkdir -p "$kBeforeSource"
  git archive "$commit^" | tar -x -C "$kBeforeSource"
  if ! (cd "$kBeforeSource" && cmake --preset release && cmake --build --preset release --target lethed) >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    return 1
  fi
}
