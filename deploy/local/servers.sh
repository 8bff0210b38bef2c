#!/usr/bin/env bash
# What deploy/local/run, deploy/local/scenarios and the drills start, and how it ends. To be sourced, at the root of the repository, with
#   kScript                        the path of the script that sources it
#   kGrpc, kOperations, kSandbox   HOST:PORT of what listens
#   kVendor                        the URL of the CleverTap that write_config names
#   kDir                           for database, keys and logs
#   LETHE_BIN_DIR                  programs that are built already; otherwise build() builds them
# shellcheck disable=SC2154  # the caller's variables
# shellcheck disable=SC2317  # most functions are called by step

# The caller's own servers and credentials are not meant here.
unset LETHE_SERVER LETHE_TLS LETHE_CA_FILE LETHE_CERTIFICATE_FILE LETHE_KEY_FILE LETHE_SERVER_NAME LETHE_TOKEN_FILE LETHE_CLI_CONFIG LETHE_PROFILE

readonly kBin=${LETHE_BIN_DIR:-build/release/bin}
readonly kFreeDiskMb=3000  # a Release build and its cache, with room for the database

fail() { printf '\n%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$kScript" | grep -v '^shellcheck '; }

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.1f s", b - a}'; }

step() {  # step WHAT COMMAND..
  local began=$EPOCHREALTIME
  printf '\n== %s\n' "$1"
  shift
  "$@"
  printf '   %s\n' "$(seconds_since "$began")"
}

# ---- what is started, and how it ends

servers=()  # process ids, in the order of their start
postgres_started=no

serve() {  # serve LOG COMMAND.. : out of reach of the terminal's Ctrl-C, so that they end in order
  local log=$1
  shift
  setsid "$@" >"$log" 2>&1 </dev/null &
  servers+=($!)
}

stop_everything() {
  trap '' INT TERM HUP
  [ "$postgres_started" = yes ] || return 0
  local began=$EPOCHREALTIME i
  for ((i = ${#servers[@]} - 1; i >= 0; i--)); do
    kill -TERM "${servers[i]}" 2>/dev/null || true
    wait "${servers[i]}" 2>/dev/null || true
  done
  deploy/local/postgres stop "$kDir/postgres"
  printf '\n== everything is stopped again\n   %s\n' "$(seconds_since "$began")"
}
trap stop_everything EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

must_be_free() {  # must_be_free HOST:PORT VARIABLE
  ! (exec 3<>"/dev/tcp/${1%:*}/${1#*:}") 2>/dev/null ||
    fail "$1 is taken, perhaps by another of these scripts. Stop that, or choose another port: $2=.. $kScript"
}

wait_until_answers() {  # wait_until_answers URL LOG : the server started last
  local deadline=$((SECONDS + 60))
  until curl -fs -o /dev/null --max-time 5 "$1"; do
    if ! kill -0 "${servers[-1]}" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 15 "$2" >&2
      fail "$1 does not answer OK$(curl -s --max-time 5 "$1" | sed 's/^/ but: /'). What its server says is above and in $2"
    fi
    sleep 0.1
  done
}

# ---- the steps of a start

free_disk() {
  local free
  free=$(df -Pm . | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$kFreeDiskMb" ] || fail "only $free MB are free here, $kFreeDiskMb are needed: free some"
}

build() {
  [ -z "${LETHE_BIN_DIR:-}" ] || return 0
  local log=build/local-build.log
  mkdir -p build
  if ! { cmake --preset release && cmake --build --preset release --target lethed lethe clevertap-sandbox; } >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    fail "the build failed: see $log. Killed compilers mean too little memory: try again with CMAKE_BUILD_PARALLEL_LEVEL=1"
  fi
}

forget() {
  deploy/local/postgres remove "$kDir/postgres"
  rm -f "$kDir"/{keys,passcode*,lethe.yaml,access.yaml,client.yaml,report.json,lethed.log,sandbox.log} "$kDir"/tls/*.{crt,key}
}

start_postgres() {  # start_postgres [--fast]
  postgres_started=yes
  deploy/local/postgres start "$kDir/postgres" "$@"
  LETHE_DATABASE_URL=$(deploy/local/postgres url "$kDir/postgres")
  export LETHE_DATABASE_URL
  echo "   psql '$LETHE_DATABASE_URL'"
}

start_sandbox() {  # start_sandbox NIGHT_EVERY
  serve "$kDir/sandbox.log" "$kBin/clevertap-sandbox" --listen "$kSandbox" --night-every "$1"
  wait_until_answers "http://$kSandbox/sandbox/health" "$kDir/sandbox.log"
}

write_keys() (
  umask 077
  [ -s "$kDir/keys" ] || { "$kBin/lethed" new-keys >"$kDir/keys.new" && mv "$kDir/keys.new" "$kDir/keys"; }
)

write_secrets() (
  umask 077
  write_keys
  [ -s "$kDir/passcode" ] || echo "local-passcode" >"$kDir/passcode"
)

check_config() {
  export LETHE_GRPC_LISTEN=$kGrpc LETHE_OPERATIONS_LISTEN=$kOperations
  "$kBin/lethed" check-config --config "$kDir/lethe.yaml" || fail "$kDir/lethe.yaml is not right: see above"
}

write_config() {
  sed -e "s|^\( *base_url:\).*|\1 $kVendor|" -e 's|^\( *keys_file:\).*|\1 keys|' -e 's|^\( *passcode_file:\).*|\1 passcode|' \
    deploy/local/lethe.yaml >"$kDir/lethe.yaml"
  check_config
}

migrate() {  # migrate [BIN_DIR] : as the owner of the tables; lethed itself may only read and write them
  LETHE_DATABASE_OWNER_URL=$(deploy/local/postgres url "$kDir/postgres" lethe_owner) \
    "${1:-$kBin}/lethed" migrate --config "$kDir/lethe.yaml" || fail "the schema could not be brought up to date: see above"
}

# ---- certificates, where a script wants them

readonly kTls=$kDir/tls

ends_soon() { ! openssl x509 -noout -checkend $((30 * 24 * 3600)) -in "$1" >/dev/null 2>&1; }

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

write_ca() (  # for ten years; what it has issued is made anew with it
  umask 077
  mkdir -p "$kTls"
  ends_soon "$kTls/ca.crt" || return 0
  rm -f "$kTls"/*.{crt,key}
  openssl req -x509 "${new_key[@]}" -keyout "$kTls/ca.key" -out "$kTls/ca.crt" -days 3650 -subj "/CN=Lethe on this machine" \
    -addext keyUsage=critical,keyCertSign 2>/dev/null
)

issue() (  # issue NAME SANS : NAME.crt and NAME.key, for a year
  umask 077
  ends_soon "$kTls/$1.crt" || return 0
  openssl req "${new_key[@]}" -keyout "$kTls/$1.key" -subj "/CN=$1" 2>/dev/null |
    openssl x509 -req -CA "$kTls/ca.crt" -CAkey "$kTls/ca.key" -days 365 -extfile <(echo "subjectAltName=$2") -out "$kTls/$1.crt" 2>/dev/null
)

start_lethed() {
  serve "$kDir/lethed.log" "$kBin/lethed" serve --config "$kDir/lethe.yaml"
  wait_until_answers "http://$kOperations/readyz" "$kDir/lethed.log"
}

lethe() { "$kBin/lethe" --server "$kGrpc" "$@"; }
