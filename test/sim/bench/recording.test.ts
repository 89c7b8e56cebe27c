/** What hands did at the bench, as a story that `sim run` replays. */
import { describe, expect, it } from 'vitest';
import { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import { Pin } from '../../../src/access/pin.ts';
import { present } from '../../../src/shared/assert.ts';
import type { GivenPerson } from '../../../src/table/given-person.ts';
import { asTold, record } from './replay.ts';
import { BenchRig, crypto } from './rig.ts';

const input = (rig: BenchRig, which: 'doorContact' | 'rex' | 'tamper', isActive: boolean) =>
  rig.ask('input', { params: { door: 'front' }, body: { input: which, isActive } });

describe('a recording at the bench', () => {
  it('is a story that replays to the millisecond: keys, cards, leaf, exit button, case and time that was skipped', async () => {
    const rig = await BenchRig.open();
    expect(await record(rig, true)).toBeNull();
    await rig.pass(1_234);
    for (const key of '0417#') {
      await rig.type('front', key);
      await rig.pass(137);
    }
    await input(rig, 'doorContact', true);
    await rig.pass(2_000);
    await input(rig, 'doorContact', false);
    await input(rig, 'rex', true);
    await input(rig, 'rex', false);
    await rig.pass(10_000);
    await rig.type('front', '9999#');
    await rig.swipe('front', 'X');
    await rig.pass(15_000);
    await input(rig, 'tamper', true);
    await input(rig, 'tamper', false);
    await rig.swipe('front', 'B');
    await rig.pass(1_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    await asTold(story);
    expect(story.slice(story.indexOf("steps = '''"))).toMatchInlineSnapshot(`
      "steps = '''
      link up
      until 1.234
      expect
           0.000 event link.found
      burst 0
      until 1.371
      burst 4
      until 1.508
      burst 1
      until 1.645
      burst 7
      until 1.782
      burst #
      until 1.919
      expect
           1.782 event access.granted Ada by=pin mode=cardOrPin
           1.782 strike released
           1.782 signal granted
      leaf open
      until 3.919
      leaf shut
      rex
      until 14.119
      expect
           3.919 event rex.pressed
           6.782 strike secured
      type 9999#
      expect
          14.519 event credential.notFound mode=cardOrPin by=pin
      card X
      until 29.619
      expect
          14.819 signal denied
          14.819 event credential.notFound mode=cardOrPin by=card card=4b
          14.919 signal denied
      tamper open
      expect
          29.619 event tamper.opened
      tamper shut
      expect
          29.619 event tamper.closed
      card B
      until 30.619
      expect
          29.619 event access.granted Bea by=card mode=cardOrPin
          29.619 strike released
          29.619 signal granted
      '''
      "
    `);
  });

  it('says on top that nothing is hidden in it, and who is in it', async () => {
    const rig = await BenchRig.open();
    await record(rig, true);
    await rig.swipe('store', 'A');
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    await asTold(story);
    expect(story.slice(0, story.indexOf('steps'))).toMatchInlineSnapshot(`
      "# Recorded at the bench. A story is a test: the PINs of everybody in it stand here to be read. Keep no real ones in it.
      # It begins with a reader that has just started, and nothing spent; where the bench had gone on from something else, the two differ.
      story = "What was done at the store room, recorded at 4.000 s of the bench"
      wall = "2026-03-02T09:00:04.000Z"
      controller = true
      reader.mode = "cardAndPin"
      people."Ada" = { pin = "0417", cards = ["A"] }
      people."Bea" = { pin = "86420975", cards = ["B"] }
      people."Cleo" = { cards = ["C"] }

      "
    `);
  });

  it('replays a window that ends, power that goes at an open door, and a line that is cut', async () => {
    const rig = await BenchRig.open();
    const power = (isOn: boolean) => rig.ask('power', { params: { door: 'store' }, body: { isOn } });
    const leaf = (isActive: boolean) => rig.ask('input', { params: { door: 'store' }, body: { input: 'doorContact', isActive } });
    const tamper = (isActive: boolean) => rig.ask('input', { params: { door: 'store' }, body: { input: 'tamper', isActive } });
    await record(rig, true);
    await record(rig, true);
    await rig.swipe('store', 'A');
    await rig.pass(15_000);
    await rig.pass(4_000);
    await power(false);
    await rig.type('store', '1');
    await leaf(true);
    await tamper(true);
    await rig.pass(3_000);
    await power(true);
    await rig.pass(5_000);
    await leaf(false);
    await tamper(false);
    await rig.ask('line', { body: { isCut: true } });
    await rig.pass(12_000);
    await rig.swipe('store', 'B');
    await rig.pass(200);
    await rig.type('store', '86420975');
    await rig.pass(3_000);
    await rig.ask('line', { body: { isCut: false } });
    await rig.pass(20_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story).toContain('\nlink down\n');
    expect(story.match(/^link up$/gm)).toHaveLength(3);
    await asTold(story);
  });

  it('writes what the controller orders as steps of its own: modes, releases, the end of a lockout', async () => {
    const rig = await BenchRig.open();
    const keeper = present(rig.world.controller.readers[0], 'the front door has a reader');
    const order = async (...[ordered]: Parameters<typeof keeper.order>): Promise<void> => {
      const answer = keeper.order(ordered);
      await rig.pass(6_000);
      expect(await answer).toBe('done');
    };
    await record(rig, true);
    await rig.swipe('front', 'A');
    await order({ kind: 'release' });
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await rig.type('front', '9999#');
      await rig.pass(2_000);
    }
    await order({ kind: 'clearLockout', person: undefined });
    await order({ kind: 'clearLockout', person: 1 });
    await order({ kind: 'setMode', mode: 'unlocked' });
    await rig.swipe('front', 'A');
    await rig.pass(2_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    for (const step of ['order release', 'order clearLockout', 'order clearLockout Ada', 'mode unlocked']) expect(story).toContain(`\n${step}\n`);
    await asTold(story);
  });

  const deskOf = ({ world: { store, clock, controller } }: BenchRig): PeopleDesk =>
    new PeopleDesk({ store, crypto, clock, changed: () => controller.peopleChanged() });
  const pinOf = (digits: string): Pin => present(Pin.from(digits), 'a PIN of a test is one');

  it('replays a PIN that was rolled: the old one denied, the new one granted, and nobody where somebody was removed', async () => {
    const rig = await BenchRig.open();
    const desk = deskOf(rig);
    await record(rig, true);
    await rig.type('front', '0417#');
    await rig.pass(3_000);
    await desk.rollPin(1, pinOf('7531'));
    await rig.pass(6_000);
    for (const pin of ['0417#', '7531#']) {
      await rig.type('front', pin);
      await rig.pass(3_000);
    }
    await desk.remove(2);
    await rig.pass(6_000);
    await rig.swipe('front', 'B');
    await rig.pass(1_000);
    await rig.ask('power', { params: { door: 'front' }, body: { isOn: false } });
    await rig.ask('power', { params: { door: 'front' }, body: { isOn: true } });
    await rig.pass(20_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story).toContain('\npublish pin Ada 7531\n');
    expect(story).toContain('\npublish without Bea\n');
    expect(story).toContain('event reader.started mode=cardOrPin version=3');
    expect(story).toContain('event credential.notFound');
    await asTold(story);
  });

  it('says where people changed in a way that a story has no step for', async () => {
    const rig = await BenchRig.open();
    const desk = deskOf(rig);
    await record(rig, true);
    await rig.swipe('front', 'A');
    await rig.pass(1_000);
    const changes: readonly (readonly [number, (given: GivenPerson) => GivenPerson])[] = [
      [1, (given) => ({ ...given, pin: undefined })],
      [2, (given) => ({ ...given, pin: pinOf('0417'), extendedTime: true })],
      [3, (given) => ({ ...given, extendedTime: true })],
      [9, (given) => ({ ...given, person: 9, pin: pinOf('1357'), cards: [] })],
    ];
    for (const [person, change] of changes) {
      const before = present((await rig.world.store.people.person(Math.min(person, 3))) ?? undefined, 'somebody is there');
      expect((await desk.put(change(before))).ok).toBe(true);
      await rig.pass(6_000);
    }
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story.match(/^# Here the people changed/gm)).toHaveLength(4);
    expect(story).not.toContain('table.applied');
    await asTold(story);
  });

  it('begins where the bench is: without power, and with the line down', async () => {
    const rig = await BenchRig.open();
    const power = (isOn: boolean) => rig.ask('power', { params: { door: 'store' }, body: { isOn } });
    await rig.ask('line', { body: { isCut: true } });
    await power(false);
    await rig.pass(10_000);
    await record(rig, true);
    await rig.pass(1_000);
    await power(true);
    await rig.swipe('store', 'A');
    await rig.pass(1_000);
    await rig.ask('line', { body: { isCut: false } });
    await rig.pass(10_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story.match(/^(?:link up|power cut|power on|card A)$/gm)).toEqual(['power cut', 'power on', 'card A', 'link up']);
    await asTold(story);
  });

  it('is of one door, the first that a hand is laid on, and says that there was another', async () => {
    const rig = await BenchRig.open();
    await record(rig, true);
    await rig.swipe('front', 'A');
    await rig.swipe('store', 'A');
    await rig.pass(1_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story).toContain('# What hands did at the other door is left out');
    expect(story.match(/^card A$/gm)).toHaveLength(1);
    await asTold(story);
  });

  it('is none where nothing was done, or nobody recorded', async () => {
    const rig = await BenchRig.open();
    expect(await record(rig, false)).toBeNull();
    await record(rig, true);
    await rig.pass(1_000);
    expect(rig.world.isRecording).toBe(true);
    expect(await record(rig, false)).toBeNull();
    expect(rig.world.isRecording).toBe(false);
  });
});
