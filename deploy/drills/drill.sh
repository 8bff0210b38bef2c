#!/usr/bin/env bash
# What the drills that break something under load have in common. To be sourced, at the root of the repository, by a drill that has defined
#   about        what is done, in a line
#   fault        makes the fault, and ends it; in a shell of its own, which has all functions, and the variables that begin with k
# and, if it needs other than the usual ones: start_database, url, kFirst (where the lethed is that the drill begins with).
# shellcheck disable=SC2154  # the caller's variables
# shellcheck disable=SC2317  # most functions are called by step
export LC_ALL=C.UTF-8

readonly kName=${0##*/}
readonly kReplicas=2
readonly kPort=${LETHE_GRPC_PORT:-50271}
readonly kOperationsPort=${LETHE_OPS_PORT:-9684}
readonly kGrpc=127.0.0.1:$kPort
readonly kOperations=127.0.0.1:$kOperationsPort
readonly kSandbox=127.0.0.1:${LETHE_SANDBOX_PORT:-8298}
readonly kDir=${LETHE_LOCAL_DIR:-build/drills/$kName}
readonly kScript=deploy/drills/$kName

# shellcheck source=deploy/local/servers.sh
source deploy/local/servers.sh

[ -n "${kFirst:-}" ] || readonly kFirst=$kBin
declare -F start_database >/dev/null || start_database() { start_postgres --fast; }
declare -F url >/dev/null || url() { deploy/local/postgres url "$kDir/postgres" "$@"; }

# Where the data and the socket of the private PostgreSQL are: see deploy/local/postgres.
home() { dirname "$(readlink -f "$kDir/postgres/data" || readlink -f "$kDir/postgres/elsewhere/data")"; }

write_config() {
  cat >"$kDir/lethe.yaml" <<END
keys_file: keys
dispatcher: {linger: 100ms, poll: 50ms, connect_timeout: 1s, call_timeout: 1s, lease: 3s}
accounts:
  - name: demo
    base_url: http://$kSandbox
    account_id: DRILL
    passcode_file: passcode
    time_zone: Asia/Kolkata
    sandbox_window: 500ms
END
}

start_replica() {  # start_replica NUMBER BIN_DIR
  serve "$kDir/lethed-$1.log" env LETHE_GRPC_LISTEN=127.0.0.1:$((kPort + $1)) LETHE_OPERATIONS_LISTEN=127.0.0.1:$((kOperationsPort + $1)) \
    "$2/lethed" serve --config "$kDir/lethe.yaml"
  wait_until_answers "http://127.0.0.1:$((kOperationsPort + $1))/readyz" "$kDir/lethed-$1.log"
  echo "${servers[-1]}" >"$kDir/replica-$1.pid"
}

start_replicas() {
  LETHE_DATABASE_URL=$(url)
  export LETHE_DATABASE_URL
  local replica
  for ((replica = 0; replica < kReplicas; replica++)); do start_replica "$replica" "$kFirst"; done
}

query() { psql -qXAt "$(url lethe_owner)" "$@"; }

# Whether all that was accepted is done, within a minute.
all_done() {
  local deadline=$((SECONDS + 60))
  until [ "$(query -c "select count(*) from batch where state <> 'done'")" = 0 ]; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.5
  done
}

# How many of the acknowledged requests are lost: a repeat of one that is there makes no other.
count_lost() {
  local before
  before=$(query -c 'select count(*) from request')
  python3 -B deploy/drills/load/repeat.py "$kPort" "$kDir/keys.txt" || return 1
  echo $(($(query -c 'select count(*) from request') - before))
}

report() {
  local lost not_done breaches
  not_done=$(query -c "select coalesce(sum(hi - lo + 1), 0) from batch where state <> 'done'")
  breaches=$(curl -fs "http://$kSandbox/sandbox/report" | jq '[.total.violations[]?] | add // 0')
  lost=$(count_lost)
  printf '%s %s\n' lost "$lost" not_done "$not_done" breaches "$breaches" >>"$kDir/figures"
  printf '\n%s\n' "$about"
  awk '{ printf "   %-44s %s\n", name[$1] ? name[$1] : $1, $2 }
       BEGIN { name["acknowledged"] = "requests acknowledged"; name["refused"] = "attempts refused, tried again"
               name["unanswered"] = "attempts without an answer, tried again"; name["longest_wait"] = "longest wait of a caller, s"
               name["unready_after"] = "not ready after, s (the last replica)"; name["lost"] = "acknowledged requests lost"
               name["not_done"] = "identifiers not done"; name["breaches"] = "breaches of what CleverTap allows" }' "$kDir/figures"
  [ "$lost$not_done$breaches" = 000 ]
}

# Callers on all replicas, the fault among them, what came of it. $1: the longest that a caller may wait, in seconds; $2: if given, when a
# replica must be not ready at the latest.
drill() {
  local within=$1 unready_within=${2:-} recovered=yes longest
  must_be_free "$kGrpc" LETHE_GRPC_PORT
  must_be_free "$kOperations" LETHE_OPS_PORT
  must_be_free "$kSandbox" LETHE_SANDBOX_PORT
  free_disk
  step "packages: installing what is missing" deploy/local/install build local drill
  step "build: lethed, lethe, clevertap-sandbox (minutes the first time; build/local-build.log)" build
  mkdir -p "$kDir"
  forget
  step "PostgreSQL" start_database
  step "CleverTap: the sandbox, with a night every 200 ms" start_sandbox 200ms
  step "secrets: keys and passcode in $kDir" write_secrets
  step "configuration: $kDir/lethe.yaml" write_config
  step "schema" migrate "$kFirst"
  step "$kReplicas replicas of lethed" start_replicas
  printf '\n== %s\n' "$about"
  export "${!k@}"
  python3 -B deploy/drills/load/fault.py "$kPort,$((kPort + 1))" "$kOperationsPort,$((kOperationsPort + 1))" "$kDir/keys.txt" \
    bash -c "$(declare -f); set -e; fault" >"$kDir/figures" || recovered=no
  all_done || true
  report || recovered=no
  longest=$(awk '$1 == "longest_wait" {print $2}' "$kDir/figures")
  awk -v waited="$longest" -v within="$within" 'BEGIN {exit !(waited <= within)}' || recovered=no
  [ -z "$unready_within" ] || awk -v most="$unready_within" '$1 == "unready_after" {exit !($2 != "-" && $2 <= most)}' "$kDir/figures" || recovered=no
  [ "$recovered" = yes ] || fail "not as it must be (a caller may wait $within s${unready_within:+, and replicas must be not ready after $unready_within s}). Logs: $kDir/lethed-*.log"
}
