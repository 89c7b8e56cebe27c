/**
 * `npm run kills -- --bench`: the bench as `npm start` runs it, killed with signal 9 at random moments, 100 times or `--count N`, from a seed of the
 * clock or `--seed N`, while two clients add people, change codes and bookings over HTTP, codes are typed and cards shown at both doors, and notices
 * go out. What counts as lost, doubled or half is bench-verdict.ts's; how it is asked for on a command line is kills.ts's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../../sim/random.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { type BenchClient, BenchProgram, listen, type Serving, type Told } from '../sim/bench/program.ts';
import { Client, Ledger } from './bench-hands.ts';
import { Receiver } from './bench-receiver.ts';
import { type BenchLeft, judgeBench, noticesWaiting, type Opening, type ToldEvent } from './bench-verdict.ts';
import type { KillsOptions, KillsReport } from './kills.ts';

const lateProgram = fileURLToPath(new URL('./bench-child.ts', import.meta.url));
/** How long it lives before it is killed, since it serves; and since it was started, of those that are killed early. */
const livesMs = [100, 2_000] as const;
const startsMs = [0, 1_500] as const;
const earlyShare = 0.2;
/** At the very first starts, when there is nothing yet. */
const firstKills = 2;
/** Between two things that one of them does. */
const betweenMs = [1, 60] as const;
const betweenVisitsMs = [50, 400] as const;
/** At the end what waits is waited for, most of it in virtual time: less at once than a notice has to arrive in. */
const drainSkipMs = 10_000;
const drainPauseMs = 50;
const drainRounds = 500;
/** What is told of a door comes about so long after the world last told its time. */
const toldLateMs = 500;
const trigger = 'pin.changed';

class BenchTrial {
  readonly #options: KillsOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'doorpad-bench-kills-'));
  readonly #clock = new NodeClock();
  readonly #random: Random;
  readonly #ledger = new Ledger();
  readonly #receiver: Receiver;
  readonly #clients: readonly Client[];
  readonly #openings: Opening[] = [];
  readonly #events: ToldEvent[] = [];
  readonly #faults: string[] = [];
  #busy: Promise<unknown> = Promise.resolve();
  #killed = 0;
  #early = 0;

  constructor(options: KillsOptions) {
    this.#options = options;
    this.#random = new Random(options.seed).fork('bench kills');
    this.#receiver = new Receiver(this.#random.fork('receiver'));
    this.#clients = ['one', 'two'].map((name) => new Client(name, this.#random.fork(name), this.#ledger));
  }

  async run(): Promise<KillsReport> {
    const startedMs = this.#clock.nowMs();
    try {
      const url = await this.#receiver.open();
      for (let first = 0; first < firstKills; first += 1) await this.#killEarly();
      await this.#live(async ({ client }) => {
        await client.ask('webhookSecret');
        const set = await client.ask('putNotice', { body: { trigger, email: null, webhook: { url } } });
        if (!set.ok) throw new Error(`the webhook was refused: ${set.failure.sentence}`);
      }, 'SIGINT');
      while (this.#killed < this.#options.count) await this.#killOne();
      const left = await this.#end();
      return { faults: this.#faults, words: this.#words(left, this.#clock.nowMs() - startedMs) };
    } finally {
      await this.#receiver.close();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  #words({ events, grants, people, codes, accesses, notices }: BenchLeft, tookMs: number): string {
    const { answers, unanswered } = this.#ledger;
    const killed = `${this.#killed} times killed, ${this.#early} of them while it started`;
    const facts = `${answers} answers, ${unanswered} without one; ${people} people, ${codes} codes, ${accesses} accesses`;
    const rest = `${notices} notices in ${this.#receiver.deliveries.length} deliveries, ${events} events, ${grants} grants, ${this.#openings.length} openings seen`;
    const verdict =
      this.#faults.length === 0 ? 'nothing lost, doubled or half' : `${this.#faults.length} fault${this.#faults.length === 1 ? '' : 's'}`;
    return `seed ${this.#options.seed}: the bench ${killed}; ${facts}; ${rest}, ${(tookMs / 1_000).toFixed(0)} s: ${verdict}`;
  }

  #start(): BenchProgram {
    return this.#options.isLate ? new BenchProgram(this.#directory, lateProgram) : new BenchProgram(this.#directory);
  }

  /** One life: it serves, somebody does something, and it ends. */
  async #live(work: (serving: Serving) => Promise<void>, end: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const program = this.#start();
    try {
      const serving = await program.serves();
      const listening = listen(serving, this.#hearer());
      await work(serving);
      if (!program.child.isRunning) this.#faults.push(`it ended by itself: ${program.child.err}`);
      const { code } = await program.child.end(end);
      if (end === 'SIGINT' && code !== 0) this.#faults.push(`it ended with ${code}: ${program.child.err}`);
      await listening;
    } finally {
      if (program.child.isRunning) await program.child.end('SIGKILL');
    }
  }

  async #killOne(): Promise<void> {
    if (this.#random.chance(earlyShare)) await this.#killEarly();
    else {
      await this.#live(async ({ client }) => {
        const until = this.#clock.nowMs() + this.#between(livesMs);
        const hands = [...this.#clients.map((one) => this.#repeat(() => one.doSomething(client), betweenMs, until)), this.#visit(client, until)];
        // Whoever waits for an answer when it is killed hears nothing: that is told apart once it is dead.
        await Promise.race([Promise.all(hands), this.#pause(Math.max(0, until - this.#clock.nowMs()))]);
        this.#busy = Promise.all(hands);
      }, 'SIGKILL');
      await this.#busy;
      this.#killed += 1;
    }
  }

  async #killEarly(): Promise<void> {
    const program = this.#start();
    await this.#pause(this.#between(startsMs));
    if (!program.child.isRunning) this.#faults.push(`it ended while it started: ${program.child.err}`);
    await program.child.end('SIGKILL');
    this.#killed += 1;
    this.#early += 1;
  }

  async #repeat(work: () => Promise<void>, between: readonly [number, number], until: number): Promise<void> {
    while (this.#clock.nowMs() < until) {
      await work();
      await this.#pause(this.#between(between));
    }
  }

  /** At both doors: right codes, wrong ones, and cards. */
  #visit(client: BenchClient, until: number): Promise<void> {
    const type = (door: 'front' | 'store', keys: string) => this.#ledger.heard(client.ask('type', { params: { door }, body: { keys } }));
    const swipe = (door: 'front' | 'store', card: string) => this.#ledger.heard(client.ask('swipe', { params: { door }, body: { card } }));
    const once = async (): Promise<void> => {
      const what = this.#random.between(1, 10);
      if (what <= 4) await type('front', `${this.#random.pick(this.#clients)?.someCode() ?? '0417'}#`);
      else if (what <= 5) await type('front', `${this.#random.between(100_000, 999_999)}#`);
      else if (what <= 7) await swipe('front', 'A');
      else {
        await swipe('store', 'A');
        await type('store', '0417#');
      }
    };
    return this.#repeat(once, betweenVisitsMs, until);
  }

  /** Of one life: what a page is told in it. */
  #hearer(): (message: Told) => void {
    const locked = new Map<string, boolean>();
    let wallMs: number | undefined;
    return (message) => {
      if (message.kind === 'time') wallMs = Date.parse(message.wall);
      else if (message.kind === 'event') this.#events.push(message.event);
      else if (message.kind === 'door') {
        const { door, isLocked } = message;
        if (!isLocked && locked.get(door) !== false && wallMs !== undefined) this.#openings.push({ door, wallMs: wallMs + toldLateMs });
        locked.set(door, isLocked);
      }
    };
  }

  /** Lets everything be heard and sent, looks at the codes, ends it, and looks at what it left. */
  async #end(): Promise<BenchLeft> {
    const shown = new Map<number, string | undefined>();
    await this.#live(async ({ client }) => {
      await this.#drain(client);
      for (const person of await everybody(client)) {
        const said = await client.ask('showPin', { params: { id: String(person) } });
        shown.set(person, said.ok ? said.value.digits : undefined);
      }
    }, 'SIGINT');
    const [ledger, openings, events, { deliveries }] = [this.#ledger, this.#openings, this.#events, this.#receiver];
    const left = judgeBench(this.#directory, { ledger, shown, openings, events, deliveries });
    this.#faults.push(...left.faults);
    return left;
  }

  async #drain(client: BenchClient): Promise<void> {
    let waits: readonly string[] = [];
    this.#receiver.isKind = true;
    for (let round = 0; round < drainRounds; round += 1) {
      waits = [...(await whatWaits(client)), ...faultOfWaiting(noticesWaiting(this.#directory))];
      if (waits.length === 0) return;
      await client.ask('time', { body: { skipMs: drainSkipMs } });
      await this.#pause(drainPauseMs);
    }
    this.#faults.push(`at the end ${waits.join(' and ')}`);
  }

  #between([least, most]: readonly [number, number]): number {
    return this.#random.between(least, most);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.setTimeout(() => resolve(), ms));
  }
}

const faultOfWaiting = (notices: number): readonly string[] => (notices === 0 ? [] : [`${notices} notices wait`]);

const whatWaits = async (client: BenchClient): Promise<readonly string[]> => {
  const said = await client.ask('listReaders');
  if (!said.ok) return ['nobody says what waits'];
  const { readers } = said.value;
  return [
    ...readers.filter(({ eventsWaiting }) => eventsWaiting !== 0).map(({ name, eventsWaiting }) => `${name} has ${eventsWaiting} events`),
    ...readers.filter(({ table }) => table.state !== 'inStep').map(({ name, table }) => `the table of ${name} is ${table.state}`),
  ];
};

const everybody = async (client: BenchClient): Promise<readonly number[]> => {
  const people: number[] = [];
  for (let after: number | null | undefined; after !== null; ) {
    const page = await client.ask('listPeople', { query: { limit: '500', ...(after === undefined ? {} : { after: String(after) }) } });
    if (!page.ok) throw new Error(page.failure.sentence);
    people.push(...page.value.people.map(({ id }) => id));
    after = page.value.next;
  }
  return people;
};

export const runBenchKills = (options: KillsOptions): Promise<KillsReport> => new BenchTrial(options).run();
