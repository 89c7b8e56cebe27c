# U-Boot's choice of a slot, the same on a Pi and on the emulated machine. A slot has so many attempts; each start costs one before it begins,
# and only mark-good gives them back. What is counted, and which slot is on trial (BOOT_TRIAL), stands in doorpad.env on the FAT partition, with a CRC, in one
# sector, so that it is written whole or not at all; a damaged file means the defaults.
setenv BOOT_ORDER "A B"
setenv BOOT_A_LEFT 3
setenv BOOT_B_LEFT 3
setenv BOOT_TRIAL none
setexpr env_addr ${scriptaddr} + 0x80000
if fatload ${devtype} ${devnum}:1 ${env_addr} doorpad.env; then env import -c ${env_addr} ${filesize} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT BOOT_TRIAL; fi
setenv slot
for s in ${BOOT_ORDER}; do
  if test -z "${slot}"; then
    if test "${s}" = A && test ${BOOT_A_LEFT} -gt 0; then setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1; setenv slot A; setenv part 2; fi
    if test "${s}" = B && test ${BOOT_B_LEFT} -gt 0; then setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1; setenv slot B; setenv part 3; fi
  fi
done
# No attempt is left anywhere: a door that tries for ever is better than one that has given up.
if test -z "${slot}"; then setenv BOOT_A_LEFT 2; setenv BOOT_B_LEFT 3; setenv slot A; setenv part 2; fi
env export -c -s 0x200 ${env_addr} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT BOOT_TRIAL
fatwrite ${devtype} ${devnum}:1 ${env_addr} doorpad.env 0x200
echo "doorpad: slot ${slot}, attempts left A ${BOOT_A_LEFT} B ${BOOT_B_LEFT}"
part uuid ${devtype} ${devnum}:${part} root_uuid
test -n "${fdt_addr}" || setenv fdt_addr ${fdtcontroladdr}
setexpr initrd_addr ${kernel_addr_r} + 0x4000000
# What the kernel is told beside its root: one line of the FAT partition, which the emulated machine has its own of.
setenv doorpad_args
if fatload ${devtype} ${devnum}:1 ${env_addr} doorpad.args; then env import -t ${env_addr} ${filesize} doorpad_args; fi
if load ${devtype} ${devnum}:${part} ${kernel_addr_r} /boot/vmlinuz; then
  if load ${devtype} ${devnum}:${part} ${initrd_addr} /boot/initrd.img; then
    setenv bootargs "root=PARTUUID=${root_uuid} doorpad.slot=${slot} ${doorpad_args}"
    booti ${kernel_addr_r} ${initrd_addr}:${filesize} ${fdt_addr}
  fi
fi
reset
