/** An update over the line: the controller, the reader and the files of its card as they are shipped, on one wire in virtual time. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UpdateDesk } from '../../../sim/controller/update-desk.ts';
import { maxFailures, type UpdateState } from '../../../sim/controller/update-keeper.ts';
import { Random } from '../../../sim/random.ts';
import type { UpdateRefusal, UpdateStand, UpdateStore } from '../../../src/ports/update-store.ts';
import { IncomingUpdate, wholeFile } from '../../../src/tools/incoming-update.ts';
import { makeUpdate } from '../../../src/tools/make-update.ts';
import { keepLast } from '../../../src/tools/update-card.ts';
import { pieceBytes } from '../../../src/tools/update-file.ts';
import { foreignKey, installed, key, UpdatePlace } from '../../hardware/update-place.ts';
import { pinOf, taken } from './rig.ts';
import { type Together, together } from './together-rig.ts';

/** Some 60 kB when they are packed. */
const slotBytes = (): Buffer => {
  const bytes = Buffer.alloc(2 * pieceBytes, 'doorpad');
  bytes.set(new Random(7).bytes(60_000), 1_000);
  return bytes;
};

/** The files of a card, whose disk takes real time: whoever waits in virtual time waits for it too. */
class WaitedFor implements UpdateStore {
  readonly #store: UpdateStore;
  readonly #pending: Set<Promise<unknown>>;

  constructor(store: UpdateStore, pending: Set<Promise<unknown>>) {
    this.#store = store;
    this.#pending = pending;
  }

  stand = (): UpdateStand => this.#store.stand();
  begin = (...asked: Parameters<UpdateStore['begin']>): UpdateRefusal | undefined => this.#store.begin(...asked);
  receive = (bytes: Uint8Array): ReturnType<UpdateStore['receive']> => this.#waited(this.#store.receive(bytes));
  handOver = (): ReturnType<UpdateStore['handOver']> => this.#waited(this.#store.handOver());

  #waited<Value>(work: Promise<Value>): Promise<Value> {
    this.#pending.add(work);
    return work.finally(() => this.#pending.delete(work));
  }
}

interface Bench extends Together {
  readonly at: UpdatePlace;
  readonly desk: UpdateDesk;
  readonly file: string;
  readonly bytes: Buffer;
  /** Where the reader leaves a whole update. */
  readonly whole: string;
  state(): UpdateState | undefined;
  step(step: UpdateState['step'], withinMs?: number): Promise<boolean>;
}

const bench = async (signer = key.privateKey, release = installed + 1, isCard = true, freeBytes = (): number => 2 ** 40): Promise<Bench> => {
  const at = new UpdatePlace();
  onTestFinished(() => at.remove());
  const dataDir = join(at.root, 'data/doorpad');
  mkdirSync(dataDir);
  const file = join(at.root, 'new release.update');
  taken(makeUpdate(at.put('slot', slotBytes()), file, { release, version: '0.2.0' }, signer));
  const pending = new Set<Promise<unknown>>();
  const side = {
    // Of each start of the board anew.
    get updates(): UpdateStore | undefined {
      return isCard ? new WaitedFor(new IncomingUpdate({ card: at.card, key: key.publicKey, dataDir, freeBytes }), pending) : undefined;
    },
  };
  const line = await together({ 1: '0417' }, {}, { side }, 115_200);
  const until = async (isSo: () => boolean, withinMs = 20_000): Promise<boolean> => {
    const endMs = line.door.clock.nowMs() + withinMs;
    while (!isSo()) {
      if (line.door.clock.nowMs() >= endMs) return false;
      await line.door.wait(10);
      await Promise.allSettled(pending);
    }
    return true;
  };
  await until(() => line.keeper.state.isInStep);
  const state = (): UpdateState | undefined => line.keeper.state.update;
  const step = (wanted: UpdateState['step'], withinMs = 60_000): Promise<boolean> => until(() => state()?.step === wanted, withinMs);
  return { ...line, until, at, desk: new UpdateDesk(line.store), file, bytes: readFileSync(file), whole: join(dataDir, wholeFile), state, step };
};

/** As the card does it: root has put it into the other slot, and that one is started. */
const startNew = async ({ at, door, whole }: Bench, release: number): Promise<void> => {
  rmSync(whole);
  at.put('usr/lib/doorpad/release', `${release} 0.2.0\n`);
  door.cutPower();
  await door.powerOn();
};

describe('an update over the line', () => {
  it('comes to the reader whole, is put into its slot, and runs; and the controller forgets it', async () => {
    const line = await bench();
    taken(await line.desk.offer([line.keeper], line.file));
    expect(await line.step('sending')).toBe(true);
    expect(await line.step('installing')).toBe(true);
    expect(readFileSync(line.whole).equals(line.bytes)).toBe(true);
    expect(await line.until(() => line.codes.includes('update.received'))).toBe(true);
    expect(line.state()).toMatchObject({ release: installed + 1, version: '0.2.0', receivedBytes: line.bytes.length, refused: undefined });
    expect(await line.store.settings.get('update/1')).toBe(line.file);
  });

  it('goes on where it was after cuts of the wire, a power cut at the door, and a new start of the controller', async () => {
    const line = await bench();
    taken(await line.desk.offer([line.keeper], line.file));
    const percents: number[] = [];
    for (const part of [0.2, 0.4, 0.6]) {
      expect(await line.until(() => (line.state()?.receivedBytes ?? 0) >= part * line.bytes.length, 60_000)).toBe(true);
      if (part === 0.4) {
        line.door.cutPower();
        await line.door.powerOn();
      } else {
        line.readerEnd.plug(false);
        await line.door.wait(9_000);
        expect(line.state()?.step).toBe('waiting');
        line.readerEnd.plug(true);
      }
      expect(await line.step('sending')).toBe(true);
      percents.push(Math.floor((10 * (line.state()?.receivedBytes ?? 0)) / line.bytes.length));
    }
    // A piece of 32,768 bytes at most is sent once more.
    expect(percents.every((tenths) => tenths > 0)).toBe(true);
    line.keeper.updates.offer(undefined);
    expect(await line.desk.resume([line.keeper])).toEqual([]);
    expect(await line.step('installing')).toBe(true);
    expect(readFileSync(line.whole).equals(line.bytes)).toBe(true);
  });

  it('gives way to a PIN that is changed meanwhile, which is in force within seconds, and people come and go', async () => {
    const line = await bench();
    taken(await line.desk.offer([line.keeper], line.file));
    expect(await line.step('sending')).toBe(true);
    taken(await line.people.rollPin(1, pinOf('1357')));
    expect(await line.until(() => line.keeper.state.table?.version === 2 && line.keeper.state.isInStep, 5_000)).toBe(true);
    expect(existsSync(line.whole)).toBe(false);
    await line.door.type('1357#');
    expect(await line.until(() => line.codes.includes('access.granted'), 3_000)).toBe(true);
    expect(await line.step('installing')).toBe(true);
    expect(line.alarms).toEqual([]);
    expect(readFileSync(line.whole).equals(line.bytes)).toBe(true);
  });

  it('is refused by the reader with its reason, at its first bytes, and not sent again', async () => {
    for (const [signer, release, reason] of [
      [foreignKey.privateKey, installed + 1, 'wrongSignature'],
      [key.privateKey, installed - 1, 'staleVersion'],
    ] as const) {
      const line = await bench(signer, release);
      taken(await line.desk.offer([line.keeper], line.file));
      expect(await line.step('refused')).toBe(true);
      expect(line.state()).toMatchObject({ refused: reason, receivedBytes: 0 });
      expect(await line.until(() => line.codes.includes('update.refused'))).toBe(true);
      expect([existsSync(line.whole), await line.store.settings.get('update/1')]).toEqual([false, undefined]);
      await line.door.wait(120_000);
      expect(line.codes.filter((code) => code === 'update.refused')).toHaveLength(1);
    }
  });

  it('runs once the reader says so, and was refused when it comes back with its old release', async () => {
    const line = await bench();
    for (const [release, step, refused] of [
      [installed, 'refused', 'notDone'],
      [installed + 1, 'inForce', undefined],
    ] as const) {
      taken(await line.desk.offer([line.keeper], line.file));
      expect(await line.step('installing')).toBe(true);
      await startNew(line, release);
      expect(await line.step(step, 120_000)).toBe(true);
      expect(line.state()?.refused).toBe(refused);
    }
  });

  it('that a reader has lost while it was putting it into its slot was refused, after half an hour', async () => {
    const line = await bench();
    taken(await line.desk.offer([line.keeper], line.file));
    expect(await line.step('installing')).toBe(true);
    rmSync(line.whole);
    await line.door.wait(1_700_000);
    expect(line.state()?.step).toBe('installing');
    await line.door.wait(200_000);
    expect(line.state()).toMatchObject({ step: 'refused', refused: 'notDone' });
  });

  it('that root refuses after all was refused, with the reason that the card has kept', async () => {
    const line = await bench();
    taken(await line.desk.offer([line.keeper], line.file));
    expect(await line.step('installing')).toBe(true);
    keepLast(line.at.root, 'The update is larger than a slot of this card', 'tooLarge');
    rmSync(line.whole);
    expect(await line.step('refused', 40_000)).toBe(true);
    expect(line.state()?.refused).toBe('tooLarge');
  });

  it('that a reader cannot take at this moment is tried again, slower each time, so often; then after an hour, and in the next session', async () => {
    let free = 0;
    const line = await bench(key.privateKey, installed + 1, true, () => free);
    const refusals = (): number => line.codes.filter((code) => code === 'update.refused').length;
    taken(await line.desk.offer([line.keeper], line.file));
    await line.door.wait(600_000);
    expect([refusals(), line.state()]).toMatchObject([maxFailures, { step: 'waiting', refused: 'diskFull' }]);
    await line.door.wait(3_600_000);
    expect(refusals()).toBe(2 * maxFailures);
    free = 2 ** 40;
    await line.door.wait(120_000);
    expect(line.state()?.step).toBe('waiting');
    line.door.cutPower();
    await line.door.powerOn();
    expect(await line.step('installing')).toBe(true);
    expect([refusals(), line.state()?.refused]).toEqual([2 * maxFailures, undefined]);
  });

  it('is not sent to a reader that takes none', async () => {
    const line = await bench(key.privateKey, installed + 1, false);
    taken(await line.desk.offer([line.keeper], line.file));
    expect(await line.step('impossible')).toBe(true);
  });

  it('is not sent any more once it is withdrawn', async () => {
    const line = await bench();
    taken(await line.desk.offer([line.keeper], line.file));
    expect(await line.step('sending')).toBe(true);
    await line.desk.withdraw([line.keeper]);
    await line.door.wait(60_000);
    expect([line.state(), existsSync(line.whole), await line.store.settings.get('update/1')]).toEqual([undefined, false, undefined]);
    expect(line.keeper.state.isInStep).toBe(true);
  });

  it('is not offered when its file is not there, is something else, or is damaged anywhere', async () => {
    const line = await bench();
    const offer = async (path: string): Promise<string> => {
      const offered = await line.desk.offer([line.keeper], path);
      return offered.ok ? 'OFFERED' : offered.failure;
    };
    expect(await offer(join(line.at.root, 'nothing'))).toContain('ENOENT');
    expect(await offer(line.at.put('zip', 'PK and more'))).toContain('no update of doorpad');
    const damaged = Buffer.from(line.bytes);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(await offer(line.at.put('damaged', damaged))).toContain('damaged or not whole');
    expect(await offer(line.at.put('long', Buffer.concat([line.bytes, Buffer.alloc(1)])))).toContain('Something follows');
    expect(line.state()).toBe(undefined);
    // One that is gone by the next start of the controller is told, and forgotten.
    taken(await line.desk.offer([line.keeper], line.file));
    writeFileSync(line.file, 'something else');
    expect(await line.desk.resume([line.keeper])).toHaveLength(1);
    expect(await line.desk.resume([line.keeper])).toEqual([]);
  });
});
