#!/bin/sh
# Looks at a USB stick for an update: read-only, in one place, one name. Nothing on it is run.
set -eu
place=/run/doorpad-stick
exec 7>/run/doorpad-stick.lock
flock 7
mkdir -p "$place"
mount -t vfat -o ro,nosuid,nodev,noexec,noatime "/dev/$1" "$place"
trap 'umount -l "$place"' EXIT
if [ -f "$place/doorpad.update" ]; then
  /usr/lib/doorpad/update "$place/doorpad.update"
else
  echo 'the stick holds no doorpad.update'
fi
