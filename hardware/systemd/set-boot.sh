#!/bin/sh
# Changes what U-Boot starts: the order of the slots, the attempts left to A and to B, and the slot that is on trial, or none. One write of one sector,
# on disk when this ends.
set -eu
exec 9>/run/doorpad-firmware.lock
flock 9
wanted=$(mktemp /run/doorpad-boot.XXXXXX)
mount -o remount,rw /boot/firmware
trap 'rm -f "$wanted"; mount -o remount,ro /boot/firmware' EXIT
printf 'BOOT_ORDER=%s\nBOOT_A_LEFT=%s\nBOOT_B_LEFT=%s\nBOOT_TRIAL=%s\n' "$1" "$2" "$3" "$4" >"$wanted"
fw_setenv -s "$wanted"
sync -f /boot/firmware/doorpad.env
