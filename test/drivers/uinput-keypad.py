"""A virtual keypad: makes an input device through /dev/uinput and plays what it reads.

Prints the device's path in one line once it is there, then takes one line "code value" for each key event, followed by a
report each. Ends with its input. Layouts and numbers: include/uapi/linux/uinput.h and input-event-codes.h.
"""
import fcntl
import glob
import os
import struct
import sys
import time

UI_DEV_CREATE = 0x5501
UI_DEV_SETUP = 0x405C5503  # _IOW('U', 3, struct uinput_setup), 92 bytes
UI_SET_EVBIT = 0x40045564  # _IOW('U', 100, int)
UI_SET_KEYBIT = 0x40045565  # _IOW('U', 101, int)
UI_GET_SYSNAME_64 = 0x8040552C  # _IOC(_IOC_READ, 'U', 44, 64)
EV_SYN, EV_KEY, BUS_VIRTUAL = 0, 1, 6

device = os.open("/dev/uinput", os.O_WRONLY | os.O_NONBLOCK)
fcntl.ioctl(device, UI_SET_EVBIT, EV_KEY)
for code in [*range(1, 128), *range(0x200, 0x20C)]:
    fcntl.ioctl(device, UI_SET_KEYBIT, code)
fcntl.ioctl(device, UI_DEV_SETUP, struct.pack("HHHH80sI", BUS_VIRTUAL, 1, 1, 1, b"doorpad test keypad", 0))
fcntl.ioctl(device, UI_DEV_CREATE)
name = fcntl.ioctl(device, UI_GET_SYSNAME_64, bytes(64)).split(b"\0")[0].decode()


def event_file():
    for _ in range(200):
        for found in glob.glob(f"/sys/devices/virtual/input/{name}/event*"):
            path = f"/dev/input/{os.path.basename(found)}"
            if os.access(path, os.R_OK):
                return path
        time.sleep(0.01)
    sys.exit(f"{name} has no readable event file")


print(event_file(), flush=True)
for line in sys.stdin:
    code, value = map(int, line.split())
    os.write(device, struct.pack("llHHi", 0, 0, EV_KEY, code, value) + struct.pack("llHHi", 0, 0, EV_SYN, 0, 0))
