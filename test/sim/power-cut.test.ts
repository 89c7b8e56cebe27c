/**
 * One fixed day at the door, again and again, with the power lost at each single write of the journal's disk and of the
 * table's in turn. The real store's own cuts are in test/store; here it is the whole reader that must keep its promises.
 */
import { describe, expect, it } from 'vitest';
import { Door } from '../../sim/door.ts';
import { bitsOfCard, type SimPerson } from '../../sim/people.ts';
import { type Cut, Disks } from '../../sim/storm/disks.ts';
import { watchedTable } from '../../sim/storm/watched-table.ts';
import type { Plant } from '../../sim/storm/world.ts';
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import { type Entry, openRow } from '../../src/journal/entry.ts';
import type { ReaderPorts } from '../../src/reader.ts';
import { present } from '../../src/shared/assert.ts';
import { cardTag, pinTag } from '../../src/table/tags.ts';
import { DiskWithoutTransactions, forgettingAttempts } from './storm/plants.ts';

const before: readonly SimPerson[] = [
  { name: 'Ann', pin: '0417', cards: ['A'] },
  { name: 'Ben', cards: ['B'], uses: 1 },
  { name: 'Cleo', pin: '2580' },
];
const after: readonly SimPerson[] = [{ name: 'Ann', pin: '7140', cards: ['A'] }, ...before.slice(1, 2), { name: 'Dan', pin: '8642' }];
const attempts = 5;
/** A script of this length has more writes than this, and fewer than the other. */
const leastWrites = 10;
const mostWrites = 200;

class Run {
  readonly door: Door;
  readonly breaches: string[] = [];
  readonly disks: Disks = new Disks(
    () => this.door.clock,
    () => this.door.cutPower(),
  );
  wasCut = false;
  compared = 0;

  constructor(plant: Plant) {
    this.door = Door.unpowered({
      people: before,
      recordFaults: this.disks.recordFaults(plant.skipFsync ?? false),
      tableDisk: (medium) => this.disks.tableDisk(medium, plant.tableDisk),
      between: (ports) => {
        const counted = this.#countCompared(ports);
        return plant.between?.(counted, this.door) ?? counted;
      },
    });
  }

  /** The script; it ends where the power does. */
  async play(cut: Cut): Promise<void> {
    const { door } = this;
    await door.publish(before);
    await door.powerOn();
    this.disks.cutAt(cut);
    for (const act of [
      () => door.wait(3_600_000),
      () => door.type('0417#'),
      () => door.type('9990#'),
      () => door.swipe('B'),
      () => door.publish(after).catch(() => undefined),
      () => door.type('9991#'),
      () => door.type('0417#'),
      () => door.type('7140#'),
      () => door.swipe('B'),
      () => door.swipe('A'),
      () => door.type('9992#'),
      () => door.type('9993#'),
    ]) {
      await act();
      this.wasCut = !door.isRunning;
      if (this.wasCut) break;
    }
    this.disks.cutAt(undefined);
  }

  /** The power is back: what is left of each promise. */
  async check(): Promise<void> {
    const { door } = this;
    const grants = this.#grants();
    const released = door.story().match(/strike released/g)?.length ?? 0;
    this.#demand(released <= grants.length, `${released} releases, and ${grants.length} grants on disk`);
    const wrongBefore = this.compared - grants.filter(({ fields }) => fields.by === 'pin').length;
    await door.powerOn();
    await this.#checkTable();
    await door.swipe('B');
    const byBen = this.#grants().filter(({ person }) => person === 2).length;
    this.#demand(byBen === 1, `Ben has one use, and was granted ${byBen} times`);
    await this.#checkAttempts(wrongBefore);
  }

  /** One version, whole: everybody in it is found, nobody else, and the next can be published. */
  async #checkTable(): Promise<void> {
    const { table } = this.door;
    const version = table.state()?.version;
    const found: string[] = [];
    for (const pin of ['0417', '2580', '7140', '8642']) if (await this.#finds(this.#pinTag(pin))) found.push(pin);
    const expected = version === 1 ? '0417 2580' : version === 2 ? '7140 8642' : 'one of two versions';
    this.#demand(found.join(' ') === expected, `version ${version} knows ${found.join(' ')}`);
    this.#demand((await this.#finds(this.#cardTag('A'))) && (await this.#finds(this.#cardTag('B'))), `version ${version} lacks a card`);
    this.#demand(await table.scrub(), `version ${version} is not what was published`);
    await this.door.publish(after).catch((thrown: unknown) => this.#demand(false, `the next version is not taken: ${String(thrown)}`));
  }

  /** Wrong PINs until the door waits: as many as are left of five, at most one fewer for the attempt the cut took. */
  async #checkAttempts(wrongBefore: number): Promise<void> {
    const { door } = this;
    const comparedBefore = this.compared;
    for (let tries = 0; tries <= attempts && door.signalled.last !== 'lockedOut'; tries++) {
      await door.type(`999${tries}9#`);
      await door.wait(1_000);
    }
    const more = this.compared - comparedBefore;
    const left = Math.max(0, attempts - wrongBefore);
    this.#demand(more <= left, `${wrongBefore} wrong PINs, a power cut, and ${more} more`);
    this.#demand(more >= left - 1, `only ${more} of ${left} attempts are left`);
  }

  #demand(holds: boolean, sentence: string): void {
    if (!holds) this.breaches.push(sentence);
  }

  #countCompared(ports: ReaderPorts): ReaderPorts {
    const cards = ['A', 'B'].map((card) => this.#cardTag(card));
    const table = watchedTable(ports.table, (tag) => {
      if (this.door.isRunning && !cards.includes(tag)) this.compared += 1;
    });
    return { ...ports, table };
  }

  /** As they stand on the disk, not as anybody remembers them. */
  #grants(): readonly Entry[] {
    const { crypto } = this.door.publisher;
    const rows = this.door.records.rows('event');
    const entries = rows.map(({ key, value }) => present(openRow(crypto, key, value), 'a row can be read').entry);
    return entries.filter(({ code }) => code === 'access.granted');
  }

  async #finds(tag: bigint): Promise<boolean> {
    return (await this.door.table.find(tag)).found === 'record';
  }

  #pinTag(digits: string): bigint {
    const { crypto, tableKey } = this.door.publisher;
    return pinTag(crypto, tableKey, present(Pin.from(digits), 'a PIN'));
  }

  #cardTag(name: string): bigint {
    const { crypto, tableKey } = this.door.publisher;
    const bits = bitsOfCard(crypto, name);
    return cardTag(
      crypto,
      tableKey,
      new Card(
        'bits',
        Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2)),
        bits.length,
      ),
    );
  }
}

/** The script again and again, the power lost one write later each time, until it ends by itself. */
const breachesOf = async (at: Cut['at'], plant: Plant = {}): Promise<{ readonly cuts: number; readonly breaches: readonly string[] }> => {
  const breaches = new Set<string>();
  for (let writes = 1; writes <= mostWrites; writes++) {
    const run = new Run(plant);
    await run.play({ at, writes });
    if (!run.wasCut) return { cuts: writes - 1, breaches: [...breaches] };
    await run.check();
    for (const breach of run.breaches) breaches.add(`${at} ${writes}: ${breach}`);
  }
  throw new Error(`the script has more than ${mostWrites} writes`);
};

describe('power lost before every single write', () => {
  it.each(['beforeCommit', 'tableWrite'] as const)(
    'over table apply, event append and attempt debit: never a mixed table, never a grant without its event, never an attempt given back by the cut (%s)',
    async (at) => {
      const { cuts, breaches } = await breachesOf(at);
      expect(breaches).toEqual([]);
      expect(cuts).toBeGreaterThanOrEqual(leastWrites);
    },
  );

  it('and after every single commit, before anybody was told of it: the same', async () => {
    const { cuts, breaches } = await breachesOf('afterCommit');
    expect(breaches).toEqual([]);
    expect(cuts).toBeGreaterThanOrEqual(leastWrites);
  });

  it.each<[string, Cut['at'], Plant, RegExp]>([
    ['a table swapped a part at a time', 'tableWrite', { tableDisk: (medium, write) => new DiskWithoutTransactions(medium, write) }, /version/],
    ['commits that are not synced', 'afterCommit', { skipFsync: true }, /releases/],
    ['attempts that are not written', 'afterCommit', forgettingAttempts, /a power cut, and/],
  ])('finds %s', async (_fault, at, plant, sentence) => {
    const { breaches } = await breachesOf(at, plant);
    expect(breaches.join('\n')).toMatch(sentence);
  });
});
