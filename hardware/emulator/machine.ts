/**
 * A board that is not there: `qemu-system-aarch64 -M virt` with the card in it, its console in a file, its RS-485 line as a pty of this machine, keys
 * and contacts to press, and a shell inside for looking. Decides how it is started and ended; what is checked on it is checks.ts's.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { applyOverlays, compileOverlay } from '../image/boot-part.ts';
import { freshFolder, run } from '../image/host.ts';
import { startChild } from './child.ts';
import { Hands, handsUnit } from './hands.ts';
import { Monitor } from './monitor.ts';
import { sectorBytes } from './write-log.ts';

const memoryMiB = 512;
const machine = ['-cpu', 'cortex-a53', '-smp', '2', '-m', String(memoryMiB)];
const lookMs = 100;
/** For the sockets of the emulator itself, which are there within a second on an idle machine. */
const socketDeadlineMs = 30_000;

/** How it starts: the kernel and initrd given to it, or U-Boot, which finds them in a slot. */
export type Start =
  | { readonly by: 'kernel'; readonly kernel: string; readonly initrd: string; readonly words: string }
  | { readonly by: 'uboot'; readonly firmware: string };

export interface MachineOptions {
  readonly folder: string;
  /** A raw file; what the machine writes stays in it, flushed or not. */
  readonly disk: string;
  /** A file in which each write and each flush is kept as well, in order: write-log.ts reads it. */
  readonly log?: string;
  /** Has a place for USB sticks. */
  readonly usb?: boolean;
  readonly start: Start;
}

/**
 * What every start has to tell the kernel, so that there is a console and the test has hands. PID 1 gets four times as long for its watchdog as on a
 * board: an emulated machine beside others stands still for seconds.
 */
export const kernelWords = `console=ttyAMA0 systemd.wants=${handsUnit.name} systemd.default_device_timeout_sec=600 systemd.watchdog_sec=60 modules_load=doorpad-lines ro rootwait panic=10 oops=panic net.ifnames=0 loglevel=5`;

export class Machine {
  readonly startedMs = performance.now();
  readonly hands: Hands;
  readonly monitor: Monitor;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess, hands: Hands, monitor: Monitor) {
    this.#folder = folder;
    this.#process = process;
    this.hands = hands;
    this.monitor = monitor;
  }

  /** Ends with this process, however that ends. */
  static async start(options: MachineOptions): Promise<Machine> {
    const folder = freshFolder(options.folder);
    const args = argumentsOf(options, folder);
    writeFileSync(join(folder, 'command'), ['qemu-system-aarch64', ...args].join(' '));
    const said = openSync(join(folder, 'emulator.log'), 'w');
    const child = startChild('qemu-system-aarch64', args, { stdio: ['ignore', said, said] });
    const sockets = await Promise.all(['monitor', 'hands'].map((name) => connect(join(folder, name), child)));
    const [monitor, hands] = sockets;
    if (monitor === undefined || hands === undefined) throw new Error('the emulator has no sockets');
    return new Machine(folder, child, new Hands(hands), await Monitor.on(monitor));
  }

  /** Everything the kernel and PID 1 said since the start. */
  get console(): string {
    return readFileSync(join(this.#folder, 'console.log'), 'utf8');
  }

  get secondsUp(): number {
    return (performance.now() - this.startedMs) / 1_000;
  }

  /** Resolves with the match once the console shows it, `times` times. */
  async consoleShows(pattern: RegExp, deadlineMs: number, times = 1): Promise<string> {
    const every = new RegExp(pattern.source, 'g');
    return until(`the console shows ${pattern.source}, ${times} times`, deadlineMs, () => this.console.match(every)?.[times - 1]);
  }

  /** The other end of the board's RS-485 line, as a serial port of this machine. */
  async linePort(): Promise<string> {
    const name = await this.monitor.fileOf('line');
    return name.replace(/^pty:/, '');
  }

  /** As when the plug is pulled: nobody is told. */
  async cutPower(): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await ended;
  }
}

const connect = async (path: string, child: ChildProcess): Promise<Socket> =>
  until(`the emulator opens ${path}`, socketDeadlineMs, async () => {
    if (child.exitCode !== null) throw new Error(`the emulator ended with ${child.exitCode}`);
    if (!existsSync(path)) return undefined;
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      return undefined;
    }
  });

/**
 * The card as the machine sees it: one with a cache of writes of its own, which it has to flush. What it has written is in `disk` as soon as it was
 * written, so the emulator may be killed at any moment and loses nothing of it; what a card would lose by then is write-log.ts's to take away.
 */
const driveOf = (disk: string, log: string | undefined): readonly string[] => {
  const unsynced = (filename: string): object => ({ driver: 'file', filename, cache: { 'no-flush': true } });
  if (log !== undefined) writeFileSync(log, '');
  const card =
    log === undefined
      ? { driver: 'raw', 'node-name': 'card', file: unsynced(disk) }
      : { driver: 'blklogwrites', 'node-name': 'card', 'log-sector-size': sectorBytes, file: unsynced(disk), log: unsynced(log) };
  return ['-blockdev', JSON.stringify(card), '-device', 'virtio-blk-pci,drive=card,write-cache=on'];
};

const argumentsOf = ({ disk, log, usb = false, start }: MachineOptions, folder: string): readonly string[] => {
  const socket = (name: string): string => `socket,id=${name},path=${join(folder, name)},server=on,wait=off`;
  const tree = deviceTree(folder);
  writeFileSync(join(folder, handsUnit.name), handsUnit.text);
  const boot =
    start.by === 'kernel'
      ? ['-M', 'virt', '-kernel', start.kernel, '-initrd', start.initrd, '-append', `${kernelWords} ${start.words}`]
      : ['-M', 'virt,acpi=off', '-bios', start.firmware];
  return [
    [...boot, ...machine, '-dtb', tree, '-accel', 'tcg,thread=multi', '-display', 'none', '-nodefaults'],
    driveOf(disk, log),
    ['-device', 'virtio-keyboard-pci', '-device', 'i6300esb', '-action', 'watchdog=reset'],
    usb ? ['-device', 'qemu-xhci,id=usb'] : [],
    ['-chardev', `file,id=console,path=${join(folder, 'console.log')}`, '-serial', 'chardev:console'],
    ['-chardev', 'pty,id=line', '-device', 'pci-serial,chardev=line'],
    ['-device', 'virtio-serial-pci', '-chardev', socket('hands'), '-device', 'virtconsole,chardev=hands'],
    ['-chardev', socket('monitor'), '-mon', 'chardev=monitor,mode=control'],
    ['-fw_cfg', `name=opt/io.systemd.credentials/systemd.extra-unit.${handsUnit.name},file=${join(folder, handsUnit.name)}`],
  ].flat();
};

/** The machine's own tree, with the keypad board on its wires. */
const deviceTree = (folder: string): string => {
  const bare = join(folder, 'bare.dtb');
  run('qemu-system-aarch64', ['-M', `virt,dumpdtb=${bare}`, ...machine, '-nodefaults', '-display', 'none']);
  const tree = join(folder, 'machine.dtb');
  applyOverlays(bare, tree, compileOverlay('emulated-machine', folder));
  return tree;
};

/** Looks until there is something to see. Rejects with a sentence when the deadline passes. */
export const until = async <Value>(what: string, deadlineMs: number, look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> => {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs / 1_000} s: ${what}`);
    await wait(lookMs);
  }
};
