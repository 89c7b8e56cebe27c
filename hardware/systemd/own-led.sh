#!/bin/sh
# Lets the reader's group write what an output has: brightness and trigger, and the files of the trigger that is on it.
for file in brightness trigger state duration activate; do
  [ -e "$1/$file" ] || continue
  chgrp doorpad "$1/$file"
  chmod g+w "$1/$file"
done
exit 0
