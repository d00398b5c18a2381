# shellcheck shell=bash
# Functions that the scripts share. Source it; it changes nothing by itself.

berth_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export berth_root

# The name under which a script is called in its own texts.
script_name() { printf 'scripts/%s' "$(basename "$0")"; }

# Prints the comment at the head of the script and ends it, when --help or -h is among the words: before anything is done.
show_help_if_asked() {
  local word
  for word in "$@"; do
    if [[ "$word" == --help || "$word" == -h ]]; then
      awk 'NR > 1 && /^#/ { sub(/^# ?/, ""); print; next } NR > 1 { exit }' "$0"
      exit 0
    fi
  done
}

# Ends the script because of its command line: code 2, as in all programs.
refuse() {
  printf "error: %s: %s\nSee '%s --help'.\n" "$(script_name)" "$*" "$(script_name)" >&2
  exit 2
}
refuse_word() {
  if [[ "$1" == -* ]]; then refuse "unknown option '$1'"; else refuse "unexpected word '$1'"; fi
}
# needs_value OPTION WORDS-LEFT: an option whose value is missing.
needs_value() { (($2 >= 2)) || refuse "$1 needs a value"; }

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [[ "$(id -u)" -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: run it as root, or install sudo ($*)"
  fi
}

# The docker client that may talk to the engine: itself, or through sudo where the socket is root's.
docker_cli() {
  if [[ "$(id -u)" -eq 0 || -w /var/run/docker.sock || -n "${DOCKER_HOST:-}" ]]; then
    docker "$@"
  else
    as_root docker "$@"
  fi
}

docker_answers() { docker_cli info >/dev/null 2>&1; }

readonly docker_wait_seconds=60
# How start_docker started an engine: "systemd", its process id, or nothing when one answered already.
docker_started=""

# Starts Docker Engine when none answers, and returns when it does.
start_docker() {
  if docker_answers; then return 0; fi
  if [[ -n "${DOCKER_HOST:-}" ]]; then
    die "no Docker Engine answers at DOCKER_HOST=$DOCKER_HOST"
  fi
  command -v dockerd >/dev/null || die "dockerd is missing: run scripts/setup"
  local log=/var/log/berth-dockerd.log
  if [[ -d /run/systemd/system ]]; then
    say "starting Docker Engine (systemctl start docker)"
    as_root systemctl start docker
    log="journalctl -u docker"
  else
    say "starting Docker Engine (log: $log)"
    # A stale pid file of an engine that was killed would keep a new one from starting.
    # shellcheck disable=SC2016
    as_root sh -c 'p=/var/run/docker.pid; if [ -f "$p" ] && ! kill -0 "$(cat "$p")" 2>/dev/null; then rm -f "$p"; fi'
    # It outlives whoever starts it, and must not hold what they hold open: the lock under which a test runs, say.
    as_root sh -c "for fd in 3 4 5 6 7 8 9; do eval \"exec \$fd>&-\"; done; setsid nohup dockerd >>'$log' 2>&1 </dev/null &"
  fi
  local waited=0
  until docker_answers; do
    if ((waited >= docker_wait_seconds * 2)); then
      if [[ -r "$log" ]]; then tail -n 15 "$log" >&2; fi
      die "Docker Engine did not answer within $docker_wait_seconds s (log: $log)"
    fi
    sleep 0.5
    waited=$((waited + 1))
  done
  # shellcheck disable=SC2034  # For the scripts that stop it again.
  if [[ -d /run/systemd/system ]]; then docker_started=systemd; else docker_started="$(cat /var/run/docker.pid)"; fi
}

# Stops an engine that start_docker started, unless somebody's containers run on it.
stop_docker() {
  local started="$1" waited=0
  if [[ -n "$(docker_cli ps -q 2>/dev/null)" ]]; then
    say "Docker Engine, which this started, is left running: it has containers ($(docker_cli ps -q | wc -l))"
    return 0
  fi
  say "stopping Docker Engine"
  if [[ "$started" == systemd ]]; then
    as_root systemctl stop docker.service docker.socket
    return 0
  fi
  if [[ "$(ps -o comm= -p "$started")" != dockerd ]]; then return 0; fi
  as_root kill "$started"
  while kill -0 "$started" 2>/dev/null || [[ -d "/proc/$started" ]]; do
    ((waited++ < docker_wait_seconds * 2)) || die "Docker Engine (process $started) does not end"
    sleep 0.5
  done
}

# Makes the image busybox:latest from Debian's static busybox, without a network, unless a busybox image is there.
make_busybox_image() {
  if docker_cli image inspect busybox:latest >/dev/null 2>&1; then return 0; fi
  local binary=/bin/busybox root
  [[ -x "$binary" ]] || die "$binary is missing: run scripts/setup"
  root="$(mktemp -d)"
  mkdir -p "$root"/{bin,etc,tmp,root,var,proc,sys,dev,home}
  chmod 1777 "$root/tmp"
  cp "$binary" "$root/bin/busybox"
  local applet
  while read -r applet; do
    [[ "$applet" == busybox ]] || ln -s busybox "$root/bin/$applet"
  done < <("$binary" --list)
  ln -s bin "$root/sbin"
  mkdir -p "$root/usr"
  ln -s ../bin "$root/usr/bin"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  tar -C "$root" --owner=0 --group=0 --numeric-owner -cf - . |
    docker_cli import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' - busybox:latest >/dev/null
  rm -rf "$root"
}

# How much of a build is done by the steps [DONE/ALL] in its log: " 27 %", or as many blanks.
share_done() {
  local step
  step="$(tail -c 100000 "$1" | grep -aoE '^\[[0-9]+/[0-9]+\]' | tail -n 1 | tr -d '[]')"
  if [[ -n "$step" && "${step#*/}" -gt 0 ]]; then printf '%3d %%' $((100 * ${step%/*} / ${step#*/})); else printf '     '; fi
}

# Runs "$@" with its output in a log file, and shows what it is doing: one line that grows on a terminal, else silence.
# On failure the end of the log is printed.
run_logged() {
  local log="$1" started=$SECONDS
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 &
  local pid=$! last=-1
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    if ((SECONDS - started >= last + 10)); then
      last=$((SECONDS - started))
      printf '    %4d s %s  %s\n' "$last" "$(share_done "$log")" "$(tail -n 1 "$log" | cut -c1-100)" >&2
    fi
  done
  if ! wait "$pid"; then
    tail -n 30 "$log" >&2
    die "failed: $* (whole output: $log)"
  fi
}
