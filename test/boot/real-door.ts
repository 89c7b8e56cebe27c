/**
 * The program `doorpad run` as a real process, with hands: its keypad and card reader are FIFOs, its strike, lights and
 * buzzer are plain files in the shape of Linux LEDs. What a door has to do is for the tests; here nothing is judged but
 * that it comes within a deadline.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { evKey, evSyn, inputEvent } from '../drivers/evdev-fifo.ts';
import { programFile, Workplace } from '../tools/workplace.ts';

/** Longest wait for what must come, in real milliseconds: far more than it takes, so that only a fault reaches it. */
const deadlineMs = 45_000;
/** How often files are looked at. */
const intervalMs = 5;

/** Waits until `look` throws nothing more, and gives what it returned. */
export const soon = <Value>(look: () => Value | Promise<Value>): Promise<Value> => vi.waitFor(look, { timeout: deadlineMs, interval: intervalMs });

/** Each beep of a denial (access/feedback.ts); a key's is shorter, a grant's longer. */
const denialBeepMs = '100';

/** Digits of the upper row, Enter, and the asterisk of the number pad (include/uapi/linux/input-event-codes.h). */
const codeOf = (character: string): number => {
  if (character === '#' || character === '\n') return 28;
  if (character === '*') return 55;
  return character === '0' ? 11 : Number(character) + 1;
};

export interface DoorEvent {
  readonly epoch: string;
  readonly sequence: number;
  readonly code: string;
  readonly person?: number;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** From the start of the process. */
  readonly afterMs: number;
}

const leds = ['strike', 'red', 'green', 'buzzer'] as const;
type Led = (typeof leds)[number];
const attributes = ['brightness', 'max_brightness', 'trigger', 'state', 'duration', 'activate'];

/** One process, from its start to its end. */
export class DoorProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out = '';
  err = '';
  isRunning = true;

  constructor(command: string, argv: readonly string[], env: NodeJS.ProcessEnv) {
    const startedMs = performance.now();
    this.child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString('latin1')));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString('latin1')));
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.isRunning = false;
      return { code: code as number | null, signal: signal as string | null, afterMs: performance.now() - startedMs };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

export interface StartOptions {
  /** Arguments of Node itself. */
  readonly nodeArgv?: readonly string[];
  /** What runs Node: strace and its arguments. */
  readonly under?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A door on a workplace of its own in each test. */
export class RealDoor {
  readonly at = new Workplace();
  #keypad = -1;
  #cards = -1;
  #processes: DoorProcess[] = [];

  constructor() {
    beforeEach(() => {
      for (const led of leds) {
        mkdirSync(join(this.at.place, led));
        for (const attribute of attributes) this.at.write(join(led, attribute), attribute === 'max_brightness' ? '255' : '0');
      }
      execFileSync('mkfifo', [this.#path('keypad'), this.#path('cards')]);
      // For reading too, or the open would wait for a reader; so that they stay while the door is away.
      [this.#keypad, this.#cards] = [this.#openFifo('keypad'), this.#openFifo('cards')];
      this.configure();
    });
    afterEach(async () => {
      for (const running of this.#processes.splice(0)) if (running.isRunning) await running.stop('SIGKILL');
      for (const fd of [this.#keypad, this.#cards]) closeSync(fd);
    });
  }

  /** Writes the settings: `more` are lines of TOML, whole sections; `reader` lines of the section [reader]. */
  configure({ reader = 'mode = "cardOrPin"', more = '', log = 'info' } = {}): void {
    const devices = [
      ...leds.map((led) => `${led} = "${this.#path(led)}"`),
      `keypad = "${this.#path('keypad')}"`,
      `cardReader = "${this.#path('cards')}"`,
    ];
    const sections = [
      `[reader]\nname = "Gate"\ndataDir = "${this.at.dataDir}"\n${reader}`,
      `[door]\nstrike = "relay"`,
      `[devices]\n${devices.join('\n')}`,
      `[log]\nlevel = "${log}"`,
      more,
    ];
    this.at.write('doorpad.toml', `${sections.join('\n')}\n`);
  }

  /** Starts the program; resolves when it serves people. */
  async start(options: StartOptions = {}): Promise<DoorProcess> {
    const door = this.spawn(options);
    await soon(() => {
      if (!door.isRunning) throw new Error(`the door ended: ${door.err}${door.out}`);
      if (!door.out.includes('the door has started')) throw new Error(`not started yet: ${door.err}${door.out}`);
    });
    return door;
  }

  /** Starts the program, and waits for nothing. */
  spawn({ nodeArgv = [], under = [], env = {} }: StartOptions = {}): DoorProcess {
    const [command, ...argv] = [...under, process.execPath, ...nodeArgv, programFile, 'run'];
    const door = new DoorProcess(command, [...argv, '--config', this.at.configFile, '--last-good', this.at.lastGood], env);
    this.#processes.push(door);
    return door;
  }

  /** Presses and releases each key. */
  type(keys: string): void {
    this.#silence();
    this.keypadBytes(typed(keys));
  }

  /** A card, as a reader that types it. */
  swipe(card: string): void {
    this.#silence();
    writeSync(this.#cards, typed(`${card}\n`));
  }

  keypadBytes(bytes: Uint8Array): void {
    writeSync(this.#keypad, bytes);
  }

  /** The writing end of its FIFO is closed: the door reads its end. */
  unplugKeypad(): void {
    closeSync(this.#keypad);
    this.#keypad = this.#openFifo('cards');
  }

  read(led: Led, attribute: string): string {
    return readFileSync(join(this.#path(led), attribute), 'utf8');
  }

  get isReleased(): boolean {
    return this.read('strike', 'activate') === '1';
  }

  /** Ends the pulse, as the kernel does by its own timer. */
  endPulse(): void {
    writeFileSync(join(this.#path('strike'), 'activate'), '0');
  }

  /** The strike was released; its pulse is over when this resolves. Gives the milliseconds asked for. */
  async released(): Promise<number> {
    await soon(() => {
      if (!this.isReleased) throw new Error('the strike was not released');
    });
    this.endPulse();
    return Number(this.read('strike', 'duration'));
  }

  /** The beeps of a denial, heard since somebody last typed or showed anything: nothing else then beeps as long. */
  async denied(): Promise<void> {
    await soon(() => {
      if (this.read('buzzer', 'duration') !== denialBeepMs) throw new Error('there was no denial');
    });
  }

  /** What `doorpad events --json` lists. */
  async events(): Promise<readonly DoorEvent[]> {
    const { code, out, err } = await this.at.run(['events', '--json', '--last', '100000', '--config', this.at.configFile]);
    if (code !== 0) throw new Error(err);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DoorEvent);
  }

  async codes(): Promise<readonly string[]> {
    return (await this.events()).map(({ code }) => code);
  }

  /** Resolves once an event of this code is on disk. */
  async recorded(code: string): Promise<DoorEvent> {
    return soon(async () => {
      const found = (await this.events()).findLast((event) => event.code === code);
      if (found === undefined) throw new Error(`no event ${code}`);
      return found;
    });
  }

  /** What was heard before counts no more. */
  #silence(): void {
    writeFileSync(join(this.#path('buzzer'), 'duration'), '0');
  }

  #path(name: string): string {
    return join(this.at.place, name);
  }

  #openFifo(name: string): number {
    return openSync(this.#path(name), constants.O_RDWR | constants.O_NONBLOCK);
  }
}

/** Input events of these keys, pressed and released one after the other. */
export const typed = (keys: string): Uint8Array =>
  Buffer.concat(
    [...keys].flatMap((key) =>
      [1, 0].flatMap((value) => [inputEvent(24, evKey, codeOf(key), value, Date.now()), inputEvent(24, evSyn, 0, 0, Date.now())]),
    ),
  );
