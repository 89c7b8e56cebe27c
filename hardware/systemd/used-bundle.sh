#!/bin/sh
# Overwrites and removes the bundle that the reader has named: its keys are on /data. Only a name that ends in .bundle, in one folder.
set -eu
marker=/data/doorpad/used-bundle
exec 9>/run/doorpad-firmware.lock
flock 9
[ -f "$marker" ] && [ ! -L "$marker" ] || { rm -f "$marker"; exit 0; }
name=$(head -c 256 "$marker" | head -n 1)
# Whatever comes of it, the name is not tried for ever: the next start of the reader writes it again.
rm -f "$marker"
case $name in
  */* | .*) echo 'this is no name of a bundle'; exit 0 ;;
  *.[Bb][Uu][Nn][Dd][Ll][Ee]) ;;
  *) echo 'this is no name of a bundle'; exit 0 ;;
esac
bundle=/boot/firmware/$name
[ -f "$bundle" ] || exit 0
mount -o remount,rw /boot/firmware
trap 'mount -o remount,ro /boot/firmware' EXIT
dd if=/dev/zero of="$bundle" bs="$(stat -c %s "$bundle")" count=1 conv=notrunc,fsync 2>/dev/null
rm -f "$bundle"
sync -f /boot/firmware
echo 'the bundle has done its work, and was removed'
