#!/bin/sh
# Gives this slot its attempts back, and keeps what came of an update: the reader has said that the slot is good (src/boot/slot-watch.ts). In the
# order in which power may go at any moment: what U-Boot starts first, and only then is the trial over.
set -eu
slot=$(sed -n 's/.*doorpad\.slot=\([AB]\).*/\1/p' /proc/cmdline)
[ -n "$slot" ] || { echo 'this start was not chosen by U-Boot: nothing to mark'; exit 0; }
updates=/data/update
# /data may be mounted late, so nobody before this could make it.
if mountpoint -q /data; then mkdir -p "$updates"; fi
keep() {
  echo "$2" >"$updates/$1.new"
  sync "$updates/$1.new"
  mv "$updates/$1.new" "$updates/$1"
  sync "$updates"
}
if [ "$slot" = A ]; then other=B; else other=A; fi
first=$(fw_printenv -n BOOT_ORDER)
left=$(fw_printenv -n "BOOT_${other}_LEFT")
read -r release version </usr/lib/doorpad/release
read -r tried where 2>/dev/null <"$updates/tried" || where=
if [ "$where" = "$other" ] && [ "${first%% *}" = "$other" ]; then
  echo "release $tried did not come up well: back in slot $slot"
  left=0
  keep rolled-back "$tried"
fi
if [ "$slot" = A ]; then
  /usr/lib/doorpad/set-boot 'A B' 3 "$left"
else
  /usr/lib/doorpad/set-boot 'B A' "$left" 3
fi
if mountpoint -q /data; then
  read -r floor 2>/dev/null <"$updates/floor" || floor=0
  [ "$release" -le "$floor" ] || keep floor "$release"
  [ "$where" != "$slot" ] || rm -f "$updates/rolled-back"
  rm -f "$updates/tried" "$updates/before"
fi
: >/run/doorpad-good
echo "slot $slot is good: release $release ($version)"
