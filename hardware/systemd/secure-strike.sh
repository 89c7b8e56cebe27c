#!/bin/sh
# Ends a release whose reader is gone, before the next one starts: the trigger's own way first, since it keeps the trigger.
strike=/sys/class/leds/doorpad:strike
echo 0 2>/dev/null >"$strike/activate"
[ "$(cat "$strike/brightness" 2>/dev/null)" = 0 ] || echo 0 2>/dev/null >"$strike/brightness"
exit 0
