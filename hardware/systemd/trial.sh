#!/bin/sh
# Starts the machine anew when the release that is tried has not shown by now that it is good; the start costs it an attempt. That it is on trial
# stands where U-Boot counts: /data may be what it cannot mount.
set -eu
[ ! -e /run/doorpad-good ] || exit 0
slot=$(sed -n 's/.*doorpad\.slot=\([AB]\).*/\1/p' /proc/cmdline)
trial=$(fw_printenv -n BOOT_TRIAL 2>/dev/null || echo none)
[ -n "$slot" ] && [ "$trial" = "$slot" ] || exit 0
echo "the release in slot $slot is not good so far: starting anew"
systemctl --no-block reboot
