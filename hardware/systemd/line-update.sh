#!/bin/sh
# Takes the update that came over the line, once: a power cut in the middle leaves it for the next start.
set -eu
file=/data/doorpad/doorpad.update
if [ -L "$file" ] || [ ! -f "$file" ]; then
  rm -f "$file"
  exit 0
fi
exec /usr/lib/doorpad/update "$file" once
