#!/bin/sh
# Takes an update once the slot that runs is marked good, for then it is what there is to fall back to; after that the machine starts anew. A file that
# is given `once` is taken away before that, whatever came of it.
set -eu
waited=0
until [ -e /run/doorpad-good ]; do
  waited=$((waited + 1))
  [ "$waited" -le 900 ] || { echo 'the slot that runs is not marked good: see doorpad doctor; nothing was written'; exit 1; }
  sleep 1
done
exec 8>/run/doorpad-update.lock
flock -n 8 || { echo 'another update is being written'; exit 1; }
ended=0
/usr/bin/doorpad update "$1" || ended=$?
[ "${2:-}" != once ] || rm -f "$1"
[ "$ended" -eq 0 ] || exit "$ended"
echo 'starting anew'
systemctl --no-block reboot
