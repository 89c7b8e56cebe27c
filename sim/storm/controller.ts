/**
 * The controller's half of the journal in a storm: reads, acknowledges, and keeps account of every number that was given
 * (I3). How events travel is the line's; here they are read where they are kept.
 */
import type { Recorded } from '../../src/journal/entry.ts';
import type { Judge } from './judge.ts';
import type { Witness } from './witness.ts';
import type { World } from './world.ts';

const readAtOnce = 200;
/** Readings until a journal nobody writes to is empty. */
const mostReadings = 100;

export class Controller {
  readonly #world: World;
  readonly #judge: Judge;
  readonly #witness: Witness;
  #receivedThrough = 0;
  #missing = 0;
  #saidLost = 0;

  constructor(world: World) {
    this.#world = world;
    this.#judge = world.judge;
    this.#witness = world.witness;
  }

  /** Takes what waits, at most `readAtOnce` entries. */
  async fetch(): Promise<void> {
    const { door } = this.#world;
    const { journal } = door.reader;
    const found = await this.#world.finish(journal.read(journal.acknowledged, readAtOnce));
    const last = found?.at(-1);
    if (found === undefined || last === undefined || !door.isRunning) return;
    for (const recorded of found) this.#take(recorded);
    const { epoch, sequence } = last.entry;
    this.#witness.acknowledging(sequence);
    await this.#world.finish(journal.acknowledge(epoch, sequence));
  }

  /** An acknowledgement of what was never sent frees nothing. */
  async acknowledgeTooMuch(): Promise<void> {
    const { journal } = this.#world.door.reader;
    const answer = await this.#world.finish(journal.acknowledge(journal.head.epoch, journal.head.sequence + 10));
    this.#judge.expect(answer === undefined || !answer.ok, 'I3', 'an acknowledgement beyond what was sent was taken');
  }

  /** Once faults have stopped: everything comes, and what does not come was counted in a gap. */
  async fetchAll(): Promise<void> {
    const { door } = this.#world;
    for (let readings = 0; readings < mostReadings && door.isRunning && door.reader.journal.pending > 0; readings++) await this.fetch();
    if (!door.isRunning) return;
    this.#judge.expect(door.reader.journal.pending === 0, 'I3', 'the journal does not run empty');
    const lost = this.#missing + this.#witness.pushedOutThoughHeard;
    this.#judge.expect(lost === this.#saidLost, 'I3', `${lost} events were lost, and gaps tell of ${this.#saidLost}`);
    const left = this.#witness.durableAbove(this.#receivedThrough);
    this.#judge.expect(left.length === 0, 'I3', `entry ${left[0]} is on disk and was not handed out`);
  }

  #take(recorded: Recorded): void {
    const { sequence, code, fields } = recorded.entry;
    this.#witness.handedOut(recorded);
    if (sequence <= this.#receivedThrough) return;
    this.#missing += sequence - this.#receivedThrough - 1;
    this.#receivedThrough = sequence;
    if (code !== 'journal.gap') return;
    for (const count of ['grants', 'alarms', 'denials', 'infos']) this.#saidLost += Number(fields[count]);
  }
}
