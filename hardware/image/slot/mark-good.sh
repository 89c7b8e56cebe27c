#!/bin/sh
# Gives this slot its attempts back, and keeps what came of an update: the reader has said that the slot is good (src/boot/slot-watch.ts). In the
# order in which power may go at any moment: what U-Boot starts first, and only then is the trial over.
set -eu
slot=$(sed -n 's/.*doorpad\.slot=\([AB]\).*/\1/p' /proc/cmdline)
[ -n "$slot" ] || { echo 'this start was not chosen by U-Boot: nothing to mark'; exit 0; }
updates=/data/update
# /data may be mounted late, so nobody before this could make it; it may be full, or take no writes, and the slot is no worse for that.
if mountpoint -q /data; then mkdir -p "$updates" || true; fi
keep() {
  { echo "$2" >"$updates/$1.new" && sync "$updates/$1.new" && mv "$updates/$1.new" "$updates/$1" && sync "$updates"; } || echo "$1 could not be kept"
}
if [ "$slot" = A ]; then other=B; else other=A; fi
first=$(fw_printenv -n BOOT_ORDER)
left=$(fw_printenv -n "BOOT_${other}_LEFT")
trial=$(fw_printenv -n BOOT_TRIAL 2>/dev/null || echo none)
read -r release version </usr/lib/doorpad/release
read -r tried where 2>/dev/null <"$updates/tried" || tried=
# What the release before it could mount, it has to mount.
if [ "$trial" = "$slot" ] && ! mountpoint -q /data; then
  echo "release $release is on trial, and has no /data: not good"
  exit 0
fi
if [ "${first%% *}" = "$other" ]; then
  if [ "$trial" = "$other" ]; then
    echo "release ${tried:-on trial} did not come up well: back in slot $slot"
    left=0
    [ -z "$tried" ] || keep rolled-back "$tried"
  else
    # It was good once, and used up its attempts: to power cuts, maybe. It stays what there is to fall back to.
    echo "slot $other did not start, and slot $slot goes first from now on"
    left=3
  fi
fi
if [ "$slot" = A ]; then
  /usr/lib/doorpad/set-boot 'A B' 3 "$left" none
else
  /usr/lib/doorpad/set-boot 'B A' "$left" 3 none
fi
if mountpoint -q /data; then
  read -r floor 2>/dev/null <"$updates/floor" || floor=0
  [ "$release" -le "$floor" ] || keep floor "$release"
  [ "${where:-}" != "$slot" ] || rm -f "$updates/rolled-back" || true
  rm -f "$updates/tried" "$updates/before" || true
fi
: >/run/doorpad-good
echo "slot $slot is good: release $release ($version)"
