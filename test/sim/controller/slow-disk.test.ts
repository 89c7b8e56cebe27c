/** A disk that takes its time: what came first is handled first, what was for a session that has ended is dropped, and nothing is lost. */
import { describe, expect, it } from 'vitest';
import { maxWaitingReplies } from '../../../sim/controller/event-intake.ts';
import { maxReleaseWaitMs } from '../../../sim/controller/order-desk.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { answerOf, crypto, deskOf, foundSite, holdDisk, peopleFile, pinOf, Rig, rigAtRest, taken } from './rig.ts';

const manyPeople = (count: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [at + 1, String(100_000 + at)]));

describe('while the disk takes its time', () => {
  it('events are acknowledged only once they are on it', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    rig.reader.journal.add('access.granted');
    rig.reader.journal.add('door.forced');
    await rig.clock.advance(20_000);
    expect([rig.reader.journal.acknowledged, rig.events]).toEqual([0, []]);
    goOn();
    expect(await rig.until(() => rig.reader.journal.acknowledged === 2, 10_000)).toBe(true);
    expect([rig.events, rig.alarms]).toEqual([['1 access.granted', '2 door.forced'], []]);
  });

  it('events of a session that has ended come again in the next one, once each and in order', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    for (let at = 0; at < 5; at += 1) rig.reader.journal.add('access.granted');
    await rig.clock.advance(1_000);
    rig.reader.restart();
    await rig.clock.advance(12_000);
    rig.reader.journal.add('door.forced');
    goOn();
    expect(await rig.until(() => rig.reader.journal.acknowledged === 6, 30_000)).toBe(true);
    expect(rig.events).toEqual(['1 access.granted', '2 access.granted', '3 access.granted', '4 access.granted', '5 access.granted', '6 door.forced']);
    expect([await rig.store.events.count(), rig.alarms]).toEqual([6, []]);
  });

  it('no more replies wait than may, people are told, and nothing is lost for it', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    rig.reader.behaviour.sendsEventsTimes = 4;
    for (let at = 0; at < maxWaitingReplies; at += 1) rig.reader.journal.add('access.granted');
    expect(await rig.until(() => rig.alarms.includes('store.failed'), 600_000)).toBe(true);
    await rig.clock.advance(30_000);
    goOn();
    expect(await rig.until(() => rig.reader.journal.acknowledged === maxWaitingReplies, 60_000)).toBe(true);
    expect(rig.events).toEqual(Array.from({ length: maxWaitingReplies }, (_, at) => `${at + 1} access.granted`));
  });

  it('an order waits for its number, and is lost with the session it was for', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    const asked = rig.keeper.order({ kind: 'setMode', mode: 'unlocked' });
    await rig.clock.advance(1_000);
    rig.reader.restart();
    await rig.clock.advance(12_000);
    goOn();
    expect([await answerOf(rig, asked), rig.reader.obeyed]).toEqual(['lost', []]);
    expect(await answerOf(rig, rig.keeper.order({ kind: 'setMode', mode: 'locked' }))).toBe('done');
    expect(rig.reader.orderNumber).toBe(2);
  });

  it('a release that got its number too late is not sent', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    const asked = rig.keeper.order({ kind: 'release' });
    await rig.clock.advance(maxReleaseWaitMs + 1_000);
    goOn();
    expect([await answerOf(rig, asked), rig.reader.obeyed]).toEqual(['expired', []]);
  });

  it('a table is not sent into a session that began after it was looked at, and everybody is in step at the end', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    const rolled = rig.people.rollPin(1, pinOf('1357'));
    rig.controller.peopleChanged();
    await rig.clock.advance(1_000);
    rig.reader.restart();
    await rig.clock.advance(12_000);
    goOn();
    taken(await rolled);
    expect([await rig.inStep(), rig.opens('0417'), rig.opens('1357'), rig.alarms]).toEqual([true, false, true, []]);
  });

  it('what is under way when a controller stops is told to nobody', async () => {
    const rig = await rigAtRest();
    const goOn = holdDisk(rig);
    rig.reader.journal.add('access.granted');
    rig.controller.peopleChanged();
    await rig.clock.advance(1_000);
    const restarted = rig.restart();
    goOn();
    await restarted;
    expect([await rig.inStep(), rig.alarms]).toEqual([true, []]);
    expect(await rig.until(() => rig.reader.journal.acknowledged === 1)).toBe(true);
  });
});

describe('many things at once', () => {
  it('have every PIN that was rolled dead at once, also while a long table is on its way', async () => {
    const rig = await rigAtRest();
    taken(await rig.people.importFile(peopleFile({ ...manyPeople(3_000), 1: '0417', 2: '2468' })));
    expect(await rig.until(() => (rig.reader.table.staged()?.receivedBytes ?? 0) > 10_000, 60_000)).toBe(true);
    const rolls = ['1111', '3333', '5555'].map((pin, at) => rig.people.rollPin(at < 2 ? at + 1 : 1, pinOf(pin)));
    for (const rolled of await Promise.all(rolls)) taken(rolled);
    expect(await rig.until(() => !rig.opens('0417') && !rig.opens('2468'), 1_000)).toBe(true);
    expect([await rig.inStep(120_000), rig.opens('5555'), rig.opens('3333'), rig.opens('1111')]).toEqual([true, true, true, false]);
  });

  it('change the key of a line only once', async () => {
    const rig = await rigAtRest();
    const keys = [7, 8].map((seed) => new SecretBytes(crypto.sha256(Uint8Array.of(seed)).subarray(0, 16)));
    const changed = await Promise.all(keys.map((key) => rig.controller.changeScbk(1, key)));
    expect(changed.map((each) => (each.ok ? 'changed' : each.failure))).toEqual(['changed', 'changeUnderWay']);
  });

  it('let others have their turn between a few hundred people, when a file is taken in and when a table is made', async () => {
    let rests = 0;
    const rest = (): Promise<void> => {
      rests += 1;
      return Promise.resolve();
    };
    const desk = deskOf(await foundSite(rest));
    taken(await desk.importFile(peopleFile(manyPeople(2_000))));
    expect(rests).toBeGreaterThanOrEqual(40);
  });

  it.each([2, 40])('make a table of one moment, though %i changes come while everybody is read', async (changes) => {
    let [left, pin] = [0, 900_000];
    const rolls: Promise<unknown>[] = [];
    const rig = await Rig.open({
      people: manyPeople(900),
      rest: () => {
        if (left > 0) {
          left -= 1;
          pin += 1;
          rolls.push(rig.people.rollPin(450, pinOf(String(pin))));
        }
        return Promise.resolve();
      },
    });
    await rig.inStep();
    left = changes;
    rig.reader.changeDisk();
    expect(await rig.until(() => rig.version > 1, 60_000)).toBe(true);
    await Promise.all(rolls);
    expect([await rig.inStep(60_000), left, rig.opens(String(pin)), rig.opens(String(pin - 1))]).toEqual([true, 0, true, false]);
    expect(rig.reader.words.every((word) => word === 'done')).toBe(true);
  });
});
