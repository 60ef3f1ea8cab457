#!/bin/sh
# Switches Bluetooth on where the kernel keeps it off by software (rfkill), as a new Raspberry Pi OS may. It needs no program
# `rfkill`, which may not be there. A switch that is part of the device stays as it is.
set -e
for switch in "${1:-/sys/class/rfkill}"/*; do
  if [ -e "$switch/soft" ] && [ "$(cat "$switch/type")" = bluetooth ] && [ "$(cat "$switch/soft")" = 1 ]; then
    if echo 0 >"$switch/soft"; then
      echo "pi-daemon: Bluetooth was switched off by software, and is on now."
    fi
  fi
done
