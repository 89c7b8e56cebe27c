#!/bin/sh
# Takes the update that came over the line. It is taken away whatever comes of it, but for a power cut: then the next start takes it.
set -eu
file=/data/doorpad/doorpad.update
[ -f "$file" ] && [ ! -L "$file" ] || { rm -f "$file"; exit 0; }
trap 'rm -f "$file"' EXIT
/usr/lib/doorpad/update "$file"
