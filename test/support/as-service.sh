#!/usr/bin/env bash
# Runs deploy/pinion.service's ExecStart as systemd would, without systemd: the unit's user, capabilities, umask, limits, directories and read-only
# system, in namespaces of its own that end with all that runs in them. The unit's system call filters and device rules are not emulated.
# Arguments: the checkout, and an empty folder. Needs root. Prints one line for each fact that it finds.
set -euo pipefail
checkout="$1" scratch="$2"
unit="$checkout/deploy/pinion.service"

value() { sed -n "s/^$1=//p" "$unit"; }

# The system as the unit finds it: Pinion in /opt, users by sysusers, and a configuration. Nothing of it is seen outside.
prepare() {
  ip link set lo up
  mkdir "$scratch/etc" "$scratch/work" "$scratch/shop"
  mount -t overlay overlay -o "lowerdir=/etc,upperdir=$scratch/etc,workdir=$scratch/work" /etc
  systemd-sysusers "$checkout/deploy/pinion.sysusers.conf" 2>/dev/null
  # The checkout may be in one of the folders that are others from now on.
  mkdir "$scratch/checkout"
  mount --bind "$checkout" "$scratch/checkout"
  checkout="$scratch/checkout"
  mount -t tmpfs -o mode=0755 tmpfs /srv
  cp -r "$checkout/example-repo/." "$scratch/shop"
  (
    cd "$scratch/shop"
    git init --quiet --initial-branch main && git add --all
    git -c user.name=Test -c user.email=test@example.com -c commit.gpgsign=false commit --quiet --no-verify --message First
    git clone --quiet --bare . /srv/shop.git
  )
  install --directory --mode=0700 /etc/pinion
  cat >/etc/pinion/pinion.yaml <<'YAML'
repository: { url: /srv/shop.git, allowFile: true, pollInterval: 1s }
state: /var/lib/pinion
listen: { port: 8600 }
gateway: { port: 8080 }
environments: [development, production]
YAML
  echo "PINION_GIT_TOKEN=secret-of-the-controller" >/etc/pinion/environment
  mount -t tmpfs -o mode=0755 tmpfs /opt
  mkdir /opt/pinion
  mount --bind "$checkout" /opt/pinion
  unit=/opt/pinion/deploy/pinion.service
}

# StateDirectory, ProtectSystem=strict, PrivateTmp, ProtectHome.
close_system() {
  mount -t tmpfs -o mode=0755 tmpfs /var/lib
  install --directory --mode="$(value StateDirectoryMode)" "/var/lib/$(value StateDirectory)"
  eval "$(value ExecStartPre | sed 's/^+//')"
  for folder in /var/lib/pinion /var/lib/pinion.engines; do mount --bind "$folder" "$folder"; done
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  mount -t tmpfs -o mode=0000 tmpfs /root
  mount -t tmpfs -o mode=0000 tmpfs /home
  for place in /var/lib /etc /opt /opt/pinion /srv; do mount -o remount,bind,ro "$place"; done
  mount -o remount,bind,ro /
}

start() {
  local capabilities
  capabilities="$(value CapabilityBoundingSet | tr ' ' '\n' | sed 's/^CAP_/+/' | tr 'A-Z\n' 'a-z,' | sed 's/,$//')"
  (
    cd "$(value WorkingDirectory)"
    umask "$(value UMask)"
    # shellcheck disable=SC2046
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root $(cat /etc/pinion/environment) \
      setpriv --bounding-set="-all,$capabilities" --inh-caps=-all --no-new-privs $(value ExecStart) >>/var/lib/pinion/service.log 2>&1
  ) &
  controller=$!
  pinion wait production --timeout 240s >/var/lib/pinion/wait.log 2>&1 || { cat /var/lib/pinion/wait.log /var/lib/pinion/service.log >&2; exit 1; }
}

pinion() { node /opt/pinion/bin/pinion.js "$@" --config /etc/pinion/pinion.yaml; }

# `WORD USER PID` of each process whose command line has the word.
processes() {
  local process
  for process in /proc/[0-9]*; do
    # One that has ended meanwhile is none.
    if { tr '\0' ' ' <"$process/cmdline" | grep -q -- "$2"; } 2>/dev/null; then echo "$1 $(stat -c %U "$process") ${process#/proc/}"; fi
  done
}

all_processes() {
  processes gateway "pinion.js gateway"
  processes worker worker-program.js
  processes production engines/production/
  processes development engines/development/
}

if [ "${3:-}" != inside ]; then
  exec unshare --mount --pid --net --fork --kill-child --mount-proc bash "$0" "$checkout" "$scratch" inside
fi
prepare
close_system
start
all_processes
echo "isolated $(pinion status | grep -c 'not isolated' || true)"
stat -c 'folder %U %a %n' /var/lib/pinion /var/lib/pinion.engines /var/lib/pinion.engines/production/node-red-1
engine="$(processes x engines/production/ | head -1 | cut -d' ' -f3)"
echo "engine $(sed -n 's/^CapEff:\s*//p;s/^NoNewPrivs:\s*//p' "/proc/$engine/status" | paste -sd' ')"
echo "leaked $(tr '\0' '\n' <"/proc/$engine/environ" | grep -c secret-of-the-controller || true)"
before="$(all_processes)"
kill -TERM "$controller" # KillMode=process
wait "$controller" || true
eval "$(value ExecStartPre | sed 's/^+//')"
start
[ "$before" = "$(all_processes)" ] && echo "adopted"
curl --silent --output /dev/null --write-out 'answer %{http_code}\n' 'http://127.0.0.1:8080/production/shipping/quote?country=DE&grams=100'
