/** Events come to the controller once, in order, durably before they are acknowledged; what is missing, changed or unreadable is noticed. */
import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { maxMissing } from '../../../sim/controller/event-intake.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { crypto, lockDatabase, Rig, scratchDirectory, taken } from './rig.ts';

/** A rig whose reader is online with nothing to tell. */
const rigAtRest = async (): Promise<Rig> => {
  const rig = await Rig.open();
  await rig.inStep();
  return rig;
};

const acknowledged = (rig: Rig, withinMs = 20_000): Promise<boolean> =>
  rig.until(() => rig.reader.journal.acknowledged === rig.reader.journal.newest, withinMs);

describe('events at the controller', () => {
  it('keeps every event, and acknowledges it then', async () => {
    const rig = await rigAtRest();
    for (let at = 0; at < 200; at += 1) rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig, 60_000)).toBe(true);
    expect([await rig.store.events.count(), rig.events[0], rig.events.at(-1)]).toEqual([200, '1 access.granted', '200 access.granted']);
    expect(rig.alarms).toEqual([]);
  });

  it('acknowledges nothing that its disk did not take, and takes it when it comes again', async () => {
    const rig = await rigAtRest();
    const unlock = lockDatabase(rig.place);
    rig.reader.journal.add('access.granted');
    await rig.clock.advance(20_000);
    expect([rig.reader.journal.acknowledged, rig.alarms]).toEqual([0, ['store.failed']]);
    unlock();
    expect(await acknowledged(rig)).toBe(true);
    expect(rig.events).toEqual(['1 access.granted']);
  });

  it('acknowledges nothing behind an event that its disk did not take', async () => {
    const rig = await rigAtRest();
    const unlock = lockDatabase(rig.place);
    rig.reader.journal.add('access.granted');
    await rig.until(() => rig.alarms.length > 0);
    unlock();
    rig.reader.journal.add('door.forced');
    rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig)).toBe(true);
    await rig.clock.advance(61_000);
    expect([rig.events, rig.alarms]).toEqual([['1 access.granted', '2 door.forced', '3 access.granted'], ['store.failed']]);
    expect(await rig.store.events.count()).toBe(3);
  });

  it('keeps an event once, however often it comes', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.sendsEventsTimes = 3;
    for (let at = 0; at < 10; at += 1) rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig)).toBe(true);
    await rig.clock.advance(10_000);
    expect([await rig.store.events.count(), rig.events.length, rig.alarms]).toEqual([10, 10, []]);
  });

  it('acknowledges again what comes again because the acknowledgement was lost', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.refusesAcknowledgements = 'failed';
    rig.reader.journal.add('access.granted');
    await rig.clock.advance(12_000);
    expect(rig.reader.journal.acknowledged).toBe(0);
    rig.reader.behaviour.refusesAcknowledgements = undefined;
    expect(await acknowledged(rig)).toBe(true);
    expect(rig.events).toEqual(['1 access.granted']);
  });

  it('acknowledges with one command what came while the last one was under way', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.doneAfterMs = 2_000;
    for (let at = 0; at < 30; at += 1) rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig)).toBe(true);
    const told = rig.reader.heard.filter(({ name }) => name === 'acknowledge');
    expect(told.length).toBeLessThan(5);
  });

  it('come on at once in a session that was opened anew while the reader stayed online', async () => {
    const rig = await rigAtRest();
    await rig.clock.advance(10_000);
    const { sessions } = rig.reader;
    taken(await rig.controller.changeScbk(1, new SecretBytes(crypto.randomBytes(16))));
    expect(await rig.until(() => rig.reader.sessions > sessions, 1_000)).toBe(true);
    rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig, 500)).toBe(true);
    expect([rig.events, rig.alarms]).toEqual([['1 access.granted'], []]);
  });

  it.each(['beyondSent', 'wrongEpoch'] as const)('alarms when an acknowledgement is refused: %s', async (refusal) => {
    const rig = await rigAtRest();
    rig.reader.behaviour.refusesAcknowledgements = refusal;
    rig.reader.journal.add('access.granted');
    expect(await rig.until(() => rig.alarms.includes('journal.notAcknowledged'))).toBe(true);
  });

  it('notices numbers that never come and that nothing explains', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add('access.granted');
    rig.reader.journal.add('access.granted', 5);
    expect(await acknowledged(rig)).toBe(true);
    expect(await rig.until(() => rig.alarms.includes('journal.missing'), 61_000)).toBe(true);
  });

  it('tells of a gap that the reader tells of, and looks for its numbers no more', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add('access.granted');
    rig.reader.journal.add('access.granted', 5);
    rig.reader.journal.add('journal.gap', 6, { fromSequence: 2, toSequence: 4, denials: 3 });
    expect(await acknowledged(rig)).toBe(true);
    await rig.clock.advance(61_000);
    expect(rig.alarms).toEqual(['journal.gap']);
  });

  it('remembers no more unexplained gaps than its limit, and alarms about the rest at once', async () => {
    const rig = await rigAtRest();
    for (let at = 0; at <= maxMissing; at += 1) rig.reader.journal.add('access.granted', at * 2 + 2);
    await rig.until(() => rig.reader.journal.acknowledged === rig.reader.journal.newest, 30_000);
    expect(rig.alarms).toEqual(['journal.missing']);
  });

  it('reads an entry that is longer than a reply', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add('x.long', 1, { text: 'a'.repeat(190), more: 'b'.repeat(190) });
    rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig)).toBe(true);
    expect(rig.events).toEqual(['1 x.long', '2 access.granted']);
    expect((await rig.store.events.list())[0]?.entry?.fields).toEqual({ text: 'a'.repeat(190), more: 'b'.repeat(190) });
  });

  it('keeps an entry of a version to come as bytes, and goes on', async () => {
    const rig = await rigAtRest();
    const foreign = new Uint8Array(40);
    foreign[0] = 2;
    foreign.set(Buffer.from(rig.reader.journal.epoch, 'hex'), 1);
    foreign[14] = 1;
    rig.reader.journal.add(foreign);
    rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig, 5_000)).toBe(true);
    expect([rig.events, rig.alarms]).toEqual([['1 unreadable', '2 access.granted'], ['journal.unreadable']]);
    expect((await rig.store.events.list())[0]?.bytes).toEqual(foreign);
  });

  it('passes over an entry that is no entry at all without making others wait', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add('access.granted');
    rig.reader.journal.add(Uint8Array.of(1, 2, 3));
    rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig, 1_000)).toBe(true);
    expect([rig.events, rig.alarms]).toEqual([['1 access.granted', '2 unreadable', '3 access.granted'], ['journal.unreadable']]);
  });

  it('keeps what it cannot read once, however often it comes, and the next such entry in its own place', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.refusesAcknowledgements = 'failed';
    rig.reader.journal.add(Uint8Array.of(1, 2, 3));
    await rig.clock.advance(12_000);
    expect(rig.events).toEqual(['1 unreadable']);
    rig.reader.behaviour.refusesAcknowledgements = undefined;
    expect(await acknowledged(rig)).toBe(true);
    rig.reader.journal.add(Uint8Array.of(1, 2, 3));
    expect(await acknowledged(rig)).toBe(true);
    expect(rig.events).toEqual(['1 unreadable', '2 unreadable']);
  });

  it('keeps the chain unbroken over what it could not read', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add(Uint8Array.of(1, 2, 3));
    rig.reader.journal.add('access.granted');
    expect(await acknowledged(rig, 60_000)).toBe(true);
    await rig.clock.advance(120_000);
    expect(rig.alarms).toEqual(['journal.unreadable']);
  });

  it('finds that an entry it has was changed at the reader', async () => {
    const rig = await rigAtRest();
    for (let at = 0; at < 5; at += 1) rig.reader.journal.add('access.granted');
    await acknowledged(rig);
    await rig.clock.advance(61_000);
    rig.reader.journal.rewrite(3, 'access.denied');
    expect(await rig.until(() => rig.alarms.includes('journal.rewritten'), 61_000)).toBe(true);
  });

  it('finds that an entry it was told of was changed before it came', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.refusesAcknowledgements = 'failed';
    rig.reader.journal.add('access.granted');
    await rig.clock.advance(61_000);
    rig.controller.stop();
    rig.reader.journal.add('access.granted');
    rig.reader.journal.add('access.granted');
    rig.reader.behaviour.refusesAcknowledgements = undefined;
    // Told of three, and given three of which the second is another.
    rig.reader.behaviour.saysOfJournal = rig.reader.journal.status();
    rig.reader.journal.rewrite(2, 'access.denied');
    await rig.restart();
    expect(await rig.until(() => rig.alarms.includes('journal.rewritten'), 30_000)).toBe(true);
  });

  it('finds that an event it has comes again with other content', async () => {
    const rig = await rigAtRest();
    rig.reader.behaviour.refusesAcknowledgements = 'failed';
    rig.reader.journal.add('access.granted');
    await rig.until(() => rig.events.length === 1);
    rig.reader.journal.rewrite(1, 'access.denied');
    expect(await rig.until(() => rig.alarms.includes('journal.rewritten'))).toBe(true);
    expect((await rig.store.events.list())[0]?.entry?.code).toBe('access.granted');
  });

  it('alarms when a journal is shorter than it was, and takes what the new one has', async () => {
    const rig = await rigAtRest();
    for (let at = 0; at < 5; at += 1) rig.reader.journal.add('access.granted');
    await acknowledged(rig);
    rig.reader.journal.lose();
    rig.reader.restart();
    rig.reader.journal.add('door.forced');
    expect(await rig.until(() => rig.events.includes('1 door.forced'), 30_000)).toBe(true);
    expect(rig.alarms).toContain('journal.shorter');
    expect(await acknowledged(rig)).toBe(true);
  });

  it('says that events acknowledged by somebody else are lost to it', async () => {
    const rig = await rigAtRest();
    const backup = scratchDirectory();
    rig.reader.journal.add('access.granted');
    await acknowledged(rig);
    cpSync(rig.place.directory, backup, { recursive: true });
    for (let at = 0; at < 5; at += 1) rig.reader.journal.add('access.granted');
    await acknowledged(rig);
    await rig.restart(backup);
    expect(await rig.until(() => rig.alarms.includes('journal.gap'))).toBe(true);
    rig.reader.journal.add('door.forced');
    expect(await rig.until(() => rig.events.includes('7 door.forced'))).toBe(true);
    expect(rig.alarms).not.toContain('journal.missing');
  });

  it('goes above the version a reader says it once had', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add('table.rolledBack', 1, { version: 1, seenVersion: 40, revocation: 0, seenRevocation: 7 });
    expect(await acknowledged(rig)).toBe(true);
    expect(await rig.store.site.takeVersion(1, 0)).toBe(41);
    expect((await rig.store.people.stand()).revocation).toBe(7);
  });
});
