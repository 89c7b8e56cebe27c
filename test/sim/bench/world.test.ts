/** The bench as a page has it: hands, time, faults and power at the two doors, and what is told of them. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellTimeMs } from '../../../sim/bench/news.ts';
import { World } from '../../../sim/bench/world.ts';
import { present } from '../../../src/shared/assert.ts';
import { BenchRig, crypto, scratchDirectory } from './rig.ts';

const power = (rig: BenchRig, isOn: boolean) => rig.ask('power', { params: { door: 'front' }, body: { isOn } });
const leaf = (rig: BenchRig, isActive: boolean) => rig.ask('input', { params: { door: 'front' }, body: { input: 'doorContact', isActive } });
const isOnline = (rig: BenchRig, index: number): boolean => present(rig.world.controller.readers[index], 'there are two readers').state.isOnline;
const signals = (rig: BenchRig): readonly string[] => rig.newsOf('signal').flatMap(({ signal }) => (signal === 'key' ? [] : [signal]));
const facts = async (rig: BenchRig) => {
  const world = await rig.ask('world');
  if (!world.ok) throw new Error(world.failure.code);
  return world.value;
};

describe('the doors of the bench', () => {
  it('opens for a code typed on its keypad, tells every page, and the event is in the controller’s database', async () => {
    const rig = await BenchRig.open();
    for (const key of '0417#') {
      await rig.type('front', key);
      await rig.pass(150);
    }
    await rig.pass(400);
    expect(signals(rig)).toEqual(['granted']);
    expect(rig.newsOf('door').some(({ door, isLocked, light }) => door === 'front' && !isLocked && light === 'green')).toBe(true);
    expect(rig.newsOf('door').some(({ door }) => door === 'store')).toBe(false);
    expect((await rig.codes()).at(-1)).toBe('access.granted');
    const [event] = (await rig.world.store.events.list()).slice(-1);
    expect(event?.entry?.person).toBe(1);
  });

  it('asks at the store for the PIN of a card, and for the card again when 15 s have been skipped', async () => {
    const rig = await BenchRig.open();
    await rig.swipe('store', 'A');
    expect((await facts(rig)).doors[1]?.states).toContain('reader.window.open');
    await rig.pass(14_900);
    expect(signals(rig)).toEqual(['pinAsked', 'windowEnding']);
    await rig.pass(100);
    await rig.pass(1_000);
    expect(signals(rig)).toEqual(['pinAsked', 'windowEnding', 'windowOver']);
    await rig.pass(2_000);
    await rig.type('store', '0417#');
    await rig.pass(1_000);
    expect(signals(rig).at(-1)).toBe('cardFirst');
    await rig.swipe('store', 'A');
    await rig.pass(100);
    await rig.type('store', '0417#');
    await rig.pass(1_000);
    expect(signals(rig).at(-1)).toBe('granted');
    expect(await rig.codes()).toEqual(expect.arrayContaining(['pin.timeout', 'access.granted']));
  });

  it('denies an unknown card, and refuses what cannot be the name of one', async () => {
    const rig = await BenchRig.open();
    await rig.swipe('front', 'X');
    await rig.pass(1_000);
    expect(signals(rig)).toEqual(['denied']);
    expect(await rig.swipe('front', 'no card')).toEqual({ ok: false, failure: { code: 'cardNotValid' } });
  });

  it('opens, shuts and opens up as hands have it, and lets the exit button go by itself', async () => {
    const rig = await BenchRig.open();
    const press = (isActive: boolean) => rig.ask('input', { params: { door: 'front' }, body: { input: 'rex', isActive } });
    await press(true);
    await press(false);
    await leaf(rig, true);
    await rig.ask('input', { params: { door: 'front' }, body: { input: 'tamper', isActive: true } });
    await rig.pass(2_000);
    const [front] = (await facts(rig)).doors;
    expect(front).toMatchObject({ isOpen: true, isTampered: true });
    expect(front?.states).toContain('door.contact.open');
    expect(await rig.codes()).toEqual(expect.arrayContaining(['rex.pressed', 'tamper.opened']));
    expect(await rig.codes()).not.toContain('door.forced');
    await leaf(rig, false);
    expect((await facts(rig)).doors[0]?.isOpen).toBe(false);
  });

  it('beeps once for each key, in the tone of the signal', async () => {
    const rig = await BenchRig.open();
    await rig.type('front', '12');
    expect(rig.newsOf('beep')).toEqual([
      { kind: 'beep', door: 'front', ms: 60, tone: 'normal' },
      { kind: 'beep', door: 'front', ms: 60, tone: 'normal' },
    ]);
    await rig.swipe('store', 'A');
    await rig.pass(20_000);
    expect(rig.newsOf('beep').some(({ door, tone }) => door === 'store' && tone === 'low')).toBe(true);
  });
});

describe('power and line of the bench', () => {
  it('shows a reader without power dark and deaf, and finds its leaf as it was left when the power is back', async () => {
    const rig = await BenchRig.open();
    await power(rig, false);
    expect((await facts(rig)).doors[0]).toMatchObject({ isPowered: false, mode: null, states: [], light: 'off', isLocked: true });
    await rig.type('front', '0417#');
    await rig.swipe('front', 'A');
    await leaf(rig, true);
    await rig.pass(20_000);
    expect(signals(rig)).toEqual([]);
    expect([isOnline(rig, 0), isOnline(rig, 1)]).toEqual([false, true]);
    await power(rig, true);
    await power(rig, true);
    await rig.until(() => isOnline(rig, 0));
    expect((await facts(rig)).doors[0]).toMatchObject({ isPowered: true, mode: 'cardOrPin', isOpen: true });
    await leaf(rig, false);
    await rig.swipe('front', 'A');
    await rig.pass(500);
    expect(signals(rig)).toEqual(['granted']);
    expect(
      rig
        .newsOf('door')
        .filter(({ door }) => door === 'front')
        .at(-1)?.isLocked,
    ).toBe(false);
  });

  it('decides with the line cut as with it whole, and brings the events once it is mended', async () => {
    const rig = await BenchRig.open();
    await rig.ask('line', { body: { isCut: true } });
    await rig.pass(10_000);
    expect([isOnline(rig, 0), isOnline(rig, 1)]).toEqual([false, false]);
    await rig.type('front', '0417#');
    await rig.pass(1_000);
    expect(signals(rig)).toEqual(['granted']);
    expect(await rig.codes()).not.toContain('access.granted');
    await rig.ask('line', { body: { isCut: false } });
    await rig.until(() => isOnline(rig, 0));
    await rig.pass(2_000);
    expect((await rig.codes()).filter((code) => code === 'access.granted')).toHaveLength(1);
    expect((await facts(rig)).faults).toEqual({ isCut: false, noise: 0 });
  });

  it('loses no event on a noisy line, and tells what was damaged on it', async () => {
    const rig = await BenchRig.open();
    await rig.ask('line', { body: { noise: 0.0005 } });
    expect((await facts(rig)).faults).toEqual({ isCut: false, noise: 0.0005 });
    for (let visit = 0; visit < 5; visit += 1) {
      await rig.swipe('front', 'A');
      await rig.pass(10_000);
    }
    expect(rig.newsOf('line').some(({ hex, words }) => hex === '' && words.endsWith('a frame that was damaged'))).toBe(true);
    await rig.ask('line', { body: { noise: 0 } });
    await rig.pass(20_000);
    expect((await rig.codes()).filter((code) => code === 'access.granted')).toHaveLength(5);
  });

  it('tells each message in words without a digit of the code, and nothing but poll and ack where nothing happens', async () => {
    const rig = await BenchRig.open();
    await rig.ask('time', { body: { speed: 1 } });
    await rig.world.do(() => rig.world.clock.advance(1_000));
    const words = rig.newsOf('line').map((message) => `${message.from} ${message.words}`);
    expect(words.length).toBeGreaterThan(10);
    expect(new Set(words)).toEqual(new Set(['controller poll', 'reader ack']));
    rig.news = [];
    await rig.type('front', '0417#');
    await rig.pass(2_000);
    const told = rig.newsOf('line').map((message) => message.words);
    expect(told).toContain('mfg: doorpad acknowledge, 17 bytes');
    expect(told.join('\n')).not.toContain('0417');
  });
});

describe('time of the bench', () => {
  it('tells the time four times a second of real time, whatever the speed', async () => {
    const rig = await BenchRig.open();
    const pass = (ms: number) => rig.world.do(() => rig.world.clock.advance(ms));
    await rig.ask('time', { body: { speed: 1 } });
    rig.news = [];
    await pass(1_000);
    expect(rig.newsOf('time')).toHaveLength(1_000 / tellTimeMs);
    await rig.ask('time', { body: { speed: 60 } });
    rig.news = [];
    await pass(60_000);
    expect(rig.newsOf('time')).toHaveLength(1_000 / tellTimeMs);
    expect(rig.newsOf('time').at(-1)?.speed).toBe(60);
    expect((await facts(rig)).speed).toBe(60);
  });

  it('tells of time that was skipped once, and no idle line meanwhile', async () => {
    const rig = await BenchRig.open();
    await rig.pass(1_000);
    rig.news = [];
    await rig.pass(15_000);
    expect(rig.news.map(({ kind }) => kind)).toEqual(['time']);
  });

  it('stands still while it is paused', async () => {
    const rig = await BenchRig.open();
    await rig.ask('time', { body: { speed: 0 } });
    const { nowMs } = await facts(rig);
    await rig.type('front', '0');
    expect((await facts(rig)).nowMs).toBe(nowMs);
  });
});

describe('whoever follows the bench', () => {
  it('hears of every event and change of a reader until they stop', async () => {
    const rig = await BenchRig.open();
    const heard: string[] = [];
    const following = rig.world.follow({
      changed: ({ name }) => heard.push(`${name} changed`),
      alarm: ({ name }, alarm) => heard.push(`${name} ${alarm}`),
      event: ({ name }, { entry }) => heard.push(`${name} ${entry?.code}`),
    });
    await rig.swipe('front', 'A');
    await rig.pass(2_000);
    expect(heard).toContain('Front door access.granted');
    rig.world.door('store').door.reader.tell({ code: 'mode.refused', fields: { mode: 'pinOnly' } });
    await rig.ask('line', { body: { noise: 0.01 } });
    await rig.pass(120_000);
    expect(heard).toContain('Store room changed');
    following.stop();
    heard.length = 0;
    await rig.ask('line', { body: { noise: 0 } });
    await rig.pass(60_000);
    expect(heard).toEqual([]);
  });

  it('is told nothing more once they stop to listen', async () => {
    const rig = await BenchRig.open();
    const told: string[] = [];
    rig.world.hear(({ kind }) => told.push(kind)).stop();
    await rig.type('front', '1');
    expect(told).toEqual([]);
    expect(rig.news).not.toEqual([]);
  });
});

describe('the directory of the bench', () => {
  it('holds the same people and events when the world starts again', async () => {
    const directory = scratchDirectory();
    const first = await BenchRig.open(directory);
    await first.type('front', '0417#');
    await first.pass(2_000);
    const codes = await first.codes();
    await first.world.close();
    const second = await BenchRig.open(directory);
    expect((await second.codes()).slice(0, codes.length)).toEqual(codes);
    expect((await second.world.store.people.records()).map(({ name }) => name)).toEqual(['Ada', 'Bea', 'Cleo']);
    await second.type('front', '0417#');
    await second.pass(500);
    expect(signals(second)).toEqual(['granted']);
  });

  it('is refused where its keys are another site’s, or cannot be read', async () => {
    const [one, other] = [scratchDirectory(), scratchDirectory()];
    for (const directory of [one, other]) await (await World.start(directory, crypto, { speed: 0 })).close();
    for (const file of ['controller.json', 'authority.json']) copyFileSync(join(other, 'site', file), join(one, 'site', file));
    await expect(World.start(one, crypto, { speed: 0 })).rejects.toThrow('another site');
    writeFileSync(join(one, 'site', 'database-key.json'), 'no key');
    await expect(World.start(one, crypto, { speed: 0 })).rejects.toThrow('database-key.json');
    rmSync(join(one, 'site', 'authority.json'));
    await expect(World.start(one, crypto, { speed: 0 })).rejects.toThrow('authority.json');
  });
});
