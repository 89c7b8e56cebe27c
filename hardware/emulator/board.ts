/**
 * The emulator's model of a Raspberry Pi 3B with the card in it: the kernel of the slot, the device tree of the card's first partition, with the
 * overlay in it, and the reader's line at the board's own UART. Its pins take no input and it has no watchdog; what it says is heard through the
 * kernel's log. Decides how it is started and ended; what is looked for is board-checks.ts's.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskId } from '../image/card.ts';
import { freshFolder } from '../image/host.ts';
import { out } from '../image/out.ts';
import { BoardDisk, boardTree } from './board-disk.ts';
import { startChild } from './child.ts';
import { until } from './machine.ts';

/** Drivers of parts that the model has not, or has only half: they stop it, or fill its log. */
const leftOut = 'vc4,vchiq,snd_bcm2835,bcm2835_v4l2,raspberrypi_hwmon,bcm2835_thermal,bcm2835_wdt,brcmfmac,hci_uart,btbcm,bcm2835_rng';
const lookUnit = 'b.service';
const lookSeconds = 600;

/** Says what is bound to what, in the kernel's log, once all of it is there. */
const look = `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'n=0; until [ -e /dev/doorpad/keypad ] && [ -e /dev/doorpad/inputs ] && [ -e /dev/doorpad/wires ] || [ $$n -gt ${lookSeconds} ]; do n=$$((n+1)); sleep 1; done; \
cd /sys/bus; for d in platform/devices/doorpad-* amba/devices/*.serial; do echo "<2>bound: $$(basename $$d) $$(basename $$(readlink -f $$d/driver))" >/dev/kmsg; done; \
for d in /sys/class/leds/doorpad* /dev/doorpad/*; do echo "<2>there: $$(basename $$d)" >/dev/kmsg; done; \
echo "<2>model: $$(tr -d "\\\\0" </proc/device-tree/model)" >/dev/kmsg; echo "<2>looked" >/dev/kmsg'
`;

const words = [
  `root=PARTUUID=${diskId}-02 ro rootwait console=tty0 earlycon=bcm2835aux,mmio32,0x3f215040 keep_bootcon maxcpus=1 loglevel=5 net.ifnames=0`,
  `modprobe.blacklist=${leftOut} systemd.default_device_timeout_sec=600 systemd.wants=${lookUnit}`,
  `systemd.set_credential_binary=systemd.extra-unit.${lookUnit}:${Buffer.from(look).toString('base64')}`,
].join(' ');

export class Board {
  readonly startedMs = performance.now();
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#process = child;
  }

  /** Ends with this process, however that ends. */
  static start(card: string, path: string): Board {
    const folder = freshFolder(path);
    const disk = new BoardDisk(card, folder);
    const said = openSync(join(folder, 'emulator.log'), 'w');
    const child = startChild('qemu-system-aarch64', argumentsOf(folder, disk), { stdio: ['ignore', said, said] });
    return new Board(folder, child);
  }

  get console(): string {
    return this.#read('console.log');
  }

  get secondsUp(): number {
    return (performance.now() - this.startedMs) / 1_000;
  }

  /** The other end of the board's RS-485 line, as a serial port of this machine. */
  linePort(): Promise<string> {
    return until('the emulator says where the line is', 30_000, () => /\/dev\/pts\/\d+/.exec(this.#read('emulator.log'))?.[0]);
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await ended;
  }

  #read(name: string): string {
    try {
      return readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      return '';
    }
  }
}

const argumentsOf = (folder: string, disk: BoardDisk): readonly string[] =>
  [
    ['-M', 'raspi3b', '-accel', 'tcg,thread=single', '-display', 'none', '-nodefaults', '-no-reboot'],
    ['-kernel', out.kernel, '-initrd', out.initrd, '-dtb', disk.fetch(boardTree), '-append', words],
    ['-drive', `file=${disk.path},if=sd,format=raw,cache=unsafe`],
    ['-chardev', 'pty,id=line', '-serial', 'chardev:line'],
    ['-chardev', `file,id=console,path=${join(folder, 'console.log')}`, '-serial', 'chardev:console'],
  ].flat();
