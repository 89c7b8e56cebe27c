#!/bin/sh
# In the initrd, when the root is there: one without its init would be left to a shell that nobody sits at, and its attempts would stay. It is given up
# instead, which ends in a new start (panic= of the kernel's words).
[ "${1:-}" != prereqs ] || exit 0
. /scripts/functions
[ -x "${rootmnt}/usr/lib/systemd/systemd" ] || panic 'doorpad: there is no init in this slot'
