/**
 * `npm run kills`: a controller and a reader as processes on a real terminal, killed with signal 9 at random moments, 200 times or `--count N`,
 * from a seed of the clock or `--seed N`, while people change, orders are given, and codes and cards are shown. Prints one line; exits 1 when
 * anything is lost, doubled or half, 2 on wrong use. What counts as such is verdict.ts's; with `--bench` it is the bench that is killed, by
 * bench-kills.ts.
 */
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { weaknessOf } from '../../sim/controller/rules/pin-rules.ts';
import { Random } from '../../sim/random.ts';
import { Pin } from '../../src/access/pin.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { present } from '../../src/shared/assert.ts';
import { type Child, ProcessPlace } from '../sim/processes/children.ts';
import { faultOfTable, judge, type Places } from './verdict.ts';

const people = 20;
/** How long both live before one is killed, and how long one that has just been started. */
const livesMs = [200, 1_600] as const;
const startsMs = [0, 400] as const;
/** So many are killed while they start. */
const earlyShare = 0.25;
const meetMs = 3_000;
/** Between two things that somebody does. */
const betweenMs = [5, 160] as const;
/** At the end, while events wait, one is heard within this: twice what a line takes to be found and an event to be sent again. */
const stuckMs = 30_000;
const lastLines = 12;
const controllerProgram = fileURLToPath(new URL('./controller-child.ts', import.meta.url));
/** A table or a journal that is not what it was; a line that was cut is none of it. */
const alarming = /alarm (?:journal|table|store)\.[^\n]*/g;

export interface KillsOptions {
  readonly count: number;
  readonly seed: number;
  /** The controller has the fault of controller-child.ts. */
  readonly isLate: boolean;
}

export interface KillsReport {
  readonly faults: readonly string[];
  readonly words: string;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const cardOf = (person: number): string => String(10_000_000 + person);

class Trial {
  readonly #options: KillsOptions;
  readonly #place = new ProcessPlace();
  readonly #random: Random;
  readonly #clock = new NodeClock();
  readonly #pins = new Map<number, string>();
  readonly #ran: Record<'reader' | 'controller', Child[]> = { reader: [], controller: [] };
  readonly #killed = { reader: 0, controller: 0 };
  readonly #faults: string[] = [];

  constructor(options: KillsOptions) {
    this.#options = options;
    this.#random = new Random(options.seed).fork('kills');
  }

  async run(): Promise<KillsReport> {
    const startedMs = this.#clock.nowMs();
    try {
      for (let person = 1; person <= people; person += 1) this.#pins.set(person, this.#newPin());
      const rows = [...this.#pins].map(([person, pin]) => `${person},${pin},${cardOf(person)}\n`);
      await this.#place.prepare(`person,pin,cards\n${rows.join('')}`);
      this.#start('controller');
      await this.#start('reader').says(/table\.applied/);
      while (this.#killed.reader + this.#killed.controller < this.#options.count) await this.#killOne();
      const { events, grants, orders } = await this.#end();
      const { reader, controller } = this.#killed;
      const facts = `${events} events, ${grants} grants, ${orders} orders, ${((this.#clock.nowMs() - startedMs) / 1_000).toFixed(0)} s`;
      const verdict = this.#faults.length === 0 ? 'nothing lost, doubled or half' : counted(this.#faults.length, 'fault');
      return {
        faults: this.#faults,
        words: `seed ${this.#options.seed}: ${counted(reader, 'reader')} and ${counted(controller, 'controller')} killed; ${facts}: ${verdict}`,
      };
    } finally {
      await this.#place.dispose();
    }
  }

  get #places(): Places {
    return { data: this.#place.data, database: join(this.#place.site, 'controller'), keys: this.#place.keys };
  }

  #start(which: 'reader' | 'controller'): Child {
    const child =
      which === 'reader' ? this.#place.reader() : this.#place.controller(controllerProgram, ...(this.#options.isLate ? ['--late-commits'] : []));
    this.#ran[which].push(child);
    return child;
  }

  /** One lives on, sometimes neither does, and sometimes the new one has just begun. */
  async #killOne(): Promise<void> {
    const which = this.#random.pick(['reader', 'controller'] as const);
    const isEarly = this.#random.chance(earlyShare);
    if (!isEarly) await this.#met();
    await this.#live(this.#between(isEarly ? startsMs : livesMs));
    const child = this.#ran[which].at(-1);
    if (child?.isRunning !== true) this.#faults.push(`the ${which} ended by itself: ${child?.err ?? ''}`);
    await child?.end('SIGKILL');
    this.#killed[which] += 1;
    const fault = which === 'reader' ? faultOfTable(this.#places) : undefined;
    if (fault !== undefined) this.#faults.push(fault);
    this.#start(which);
  }

  /** Both ends have found each other, or had the time to. */
  async #met(): Promise<void> {
    const [reader, controller] = [this.#ran.reader.at(-1), this.#ran.controller.at(-1)];
    const met = Promise.all([reader?.says(/link\.found/), controller?.says(/Gate +online/)]).catch(() => undefined);
    await Promise.race([met, this.#pause(meetMs)]);
  }

  async #live(forMs: number): Promise<void> {
    const endMs = this.#clock.nowMs() + forMs;
    while (this.#clock.nowMs() < endMs) {
      this.#doSomething();
      await this.#pause(Math.min(this.#between(betweenMs), endMs - this.#clock.nowMs()));
    }
  }

  #doSomething(): void {
    const person = this.#random.between(1, people);
    const [reader, controller] = [this.#ran.reader.at(-1), this.#ran.controller.at(-1)];
    const what = this.#random.between(1, 20);
    if (what <= 9) reader?.type(`card ${cardOf(person)}`);
    else if (what <= 14) reader?.type(`${this.#pins.get(person)}#`);
    else if (what <= 18) {
      const pin = this.#newPin();
      this.#pins.set(person, pin);
      controller?.type(`roll ${person} ${pin}`);
    } else controller?.type(`mode ${this.#random.pick(['cardOrPin', 'cardOnly'] as const)} all`);
  }

  /** Lets everything be heard, ends both, and looks at what they left. */
  async #end(): Promise<ReturnType<typeof judge>> {
    const acknowledged = await this.#drained();
    for (const which of ['reader', 'controller'] as const) {
      const child = this.#ran[which].at(-1);
      const ended = await child?.quit();
      if (ended?.code !== 0 || child?.err !== '') this.#faults.push(`the ${which} ended with ${ended?.code}: ${child?.err ?? ''}`);
    }
    const table = faultOfTable(this.#places);
    if (table !== undefined) this.#faults.push(table);
    for (const { out } of this.#ran.controller) for (const [alarm] of out.matchAll(alarming)) this.#faults.push(alarm);
    const released = this.#ran.reader.flatMap(({ out }) =>
      [...out.matchAll(/^(\S+) {2}strike {2}released$/gm)].map(([, stamp]) => Date.parse(stamp ?? '')),
    );
    const left = judge(this.#places, acknowledged, released);
    this.#faults.push(...left.faults);
    return left;
  }

  /** Up to where the reader has been told that it was heard: all of it, unless nothing more is heard for a while. */
  async #drained(): Promise<number> {
    const reader = this.#ran.reader.at(-1) as Child;
    let last = { acknowledged: 0, atMs: this.#clock.nowMs() };
    for (;;) {
      const from = reader.out.length;
      reader.type('status');
      const { line } = await reader.says(/status {2}.*waiting/, from);
      const acknowledged = Number(/acknowledged (\d+)/.exec(line)?.[1]);
      if (acknowledged > last.acknowledged) last = { acknowledged, atMs: this.#clock.nowMs() };
      if (line.includes(', 0 waiting')) return acknowledged;
      if (this.#clock.nowMs() - last.atMs > stuckMs) {
        this.#faults.push(
          `events wait, and none was heard for ${stuckMs} ms; what both said last:\n${this.#saidLast('reader')}${this.#saidLast('controller')}`,
        );
        return acknowledged;
      }
      await this.#pause(livesMs[0]);
    }
  }

  #saidLast(which: 'reader' | 'controller'): string {
    const { out = '', err = '' } = this.#ran[which].at(-1) ?? {};
    const lines = out.split('\n').filter((line) => !line.includes('  status  ') && !/ {2}event \d/.test(line));
    return `${which}: ${err}\n${lines.slice(-lastLines).join('\n')}\n`;
  }

  #newPin(): string {
    const taken = new Set(this.#pins.values());
    for (;;) {
      const pin = String(this.#random.between(100_000, 999_999));
      if (!taken.has(pin) && weaknessOf(present(Pin.from(pin), 'six digits')) === undefined) return pin;
    }
  }

  #between([least, most]: readonly [number, number]): number {
    return this.#random.between(least, most);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.setTimeout(() => resolve(), ms));
  }
}

export const runKills = (options: KillsOptions): Promise<KillsReport> => new Trial(options).run();

const usage = 'Usage: npm run kills -- [--bench] [--count N] [--seed N]\n';
const usualKills = { ends: 200, bench: 100 };
const mostKills = 10_000;
const maxSeed = 4_294_967_295;

interface Asked extends KillsOptions {
  readonly isBench: boolean;
}

/** The sentence says what is wrong with the arguments. */
const askedIn = (argv: readonly string[]): Asked | 'help' | (string & {}) => {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        bench: { type: 'boolean', default: false },
        count: { type: 'string' },
        seed: { type: 'string', default: String(Date.now() % maxSeed) },
        help: { type: 'boolean', short: 'h', default: false },
        'late-commits': { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const isBench = values.bench;
    const [count, seed] = [Number(values.count ?? usualKills[isBench ? 'bench' : 'ends']), Number(values.seed)];
    if (!Number.isInteger(count) || count < 1 || count > mostKills) return `--count is a whole number, 1 to ${mostKills}.`;
    if (!Number.isInteger(seed) || seed < 0 || seed > maxSeed) return `--seed is a whole number, 0 to ${maxSeed}.`;
    return { count, seed, isLate: values['late-commits'], isBench };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
};

if (import.meta.main) {
  const asked = askedIn(process.argv.slice(2));
  if (asked === 'help') {
    process.stdout.write(
      `${usage}Kills a controller and a reader at random moments, N times or 200; with --bench what npm start runs, N times or 100.\n`,
    );
    process.exit(0);
  }
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n${usage}`);
    process.exit(2);
  }
  const run = asked.isBench ? (await import('./bench-kills.ts')).runBenchKills : runKills;
  const { faults, words } = await run(asked);
  for (const fault of faults.slice(0, 20)) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${words}\n`);
  process.exit(faults.length === 0 ? 0 : 1);
}
