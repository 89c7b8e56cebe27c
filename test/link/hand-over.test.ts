/** R17: one reader, decided by itself or by the panel at the other end of its line. */
import { describe, expect, it } from 'vitest';
import { Door } from '../../sim/door.ts';
import { tableOf } from '../../sim/people.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { ann, ben, outcomes, second, told } from '../scenarios/tools.ts';
import { LinkBench, type LinkSetup } from './link-bench.ts';

const open = async (setup: LinkSetup = {}): Promise<LinkBench> =>
  (await LinkBench.open({ people: [ann, ben], mode: 'cardOrPin', ...setup })).connect(1 * second);
const reportsOf = (bench: LinkBench): string[] =>
  bench.events.flatMap((event) => (event.kind === 'report' && event.reply.name !== 'mfgrep' ? [event.reply.name] : []));

describe('R17: who decides', () => {
  it('an order hands over: keys and cards go up, nothing is decided here, and the outcome of the order is told', async () => {
    const bench = await open();
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(20 * second);
    expect(await bench.status('door')).toMatchObject({ deciding: 'panel' });
    bench.door.story();
    await bench.door.type('0417#');
    await bench.door.swipe('A');
    await bench.wait(1 * second);
    expect(reportsOf(bench)).toEqual(['keypad', 'keypad', 'keypad', 'keypad', 'keypad', 'raw']);
    expect(outcomes(bench.door)).toEqual([]);
    expect(bench.codes()).toContain('decides.changed');
  });

  it('output 0 is the strike then, and is none before', async () => {
    const bench = await open();
    const out = async (): Promise<string[]> => {
      bench.door.story();
      const ordered = bench.acu.order(1, { name: 'out', payload: [{ output: 0, action: 'temporaryOn', timerMs: 1_000 }] }, bench.door.clock.nowMs());
      expect(ordered.ok).toBe(true);
      await bench.wait(3 * second);
      return told(bench.door).filter((line) => line.startsWith('strike'));
    };
    expect(await out()).toEqual([]);
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(20 * second);
    expect(await out()).toEqual(['strike released', 'strike secured']);
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: false })).toBe('done');
    await bench.wait(20 * second);
    expect(await out()).toEqual([]);
  });

  it('a second order within the 2 s of the first leaves the reader the device that it has become', async () => {
    const bench = await open();
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(20 * second);
    bench.door.story();
    const ordered = bench.acu.order(1, { name: 'out', payload: [{ output: 0, action: 'temporaryOn', timerMs: 1_000 }] }, bench.door.clock.nowMs());
    expect(ordered.ok).toBe(true);
    await bench.wait(3 * second);
    expect(told(bench.door).filter((line) => line.startsWith('strike'))).toEqual(['strike released', 'strike secured']);
  });

  it('the hand-over stays over a restart, until it is taken back', async () => {
    const bench = await open();
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(20 * second);
    await bench.door.restart();
    await bench.wait(20 * second);
    expect(await bench.status('door')).toMatchObject({ deciding: 'panel' });
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: false })).toBe('done');
    await bench.wait(20 * second);
    await bench.door.swipe('A');
    expect(outcomes(bench.door)).toContain('access.granted ann');
  });

  it('`panelThenReader`: the panel while it polls, the table when it does not, and what was typed for one is not for the other', async () => {
    const bench = await open({ lineSide: { decides: 'panelThenReader' } });
    await bench.door.type('0417#');
    await bench.door.type('25');
    expect(outcomes(bench.door).filter((outcome) => outcome.startsWith('access'))).toEqual([]);
    await bench.cut(0);
    await bench.wait(3 * second);
    await bench.door.type('807#');
    await bench.wait(1 * second);
    expect(outcomes(bench.door)).not.toContain('access.granted ben');
    await bench.door.type('25807#');
    await bench.wait(1 * second);
    expect(outcomes(bench.door)).toContain('access.granted ben');
  });

  it('`panel`: with the panel away every key is refused, and nothing is decided here', async () => {
    const bench = await open({ lineSide: { decides: 'panel' } });
    await bench.cut(0);
    await bench.wait(3 * second);
    bench.door.story();
    await bench.door.type('0417#');
    await bench.door.swipe('A');
    await bench.wait(5 * second);
    expect(outcomes(bench.door).filter((outcome) => outcome.startsWith('access') || outcome.startsWith('credential'))).toEqual([]);
    bench.wires.controller.plug(true);
    await bench.wait(20 * second);
    expect(reportsOf(bench)).toEqual([]);
  });

  it('a line key that was changed is still good after a hand-over', async () => {
    const bench = await open();
    expect(
      bench.acu.changeKey(1, new SecretBytes(Uint8Array.of(9, 4, 200, 31, 7, 99, 150, 2, 61, 88, 13, 240, 5, 77, 120, 33)), bench.door.clock.nowMs())
        .ok,
    ).toBe(true);
    await bench.wait(5 * second);
    expect(bench.codes()).toContain('line.keyChanged');
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(20 * second);
    expect(await bench.status('door')).toMatchObject({ deciding: 'panel' });
  });

  it('a table that was on its way goes on where the hand-over cut it off', async () => {
    const bench = await open({ baudRate: 19_200, pollIntervalMs: 50 });
    const crowd = Array.from({ length: 1_000 }, (_, at) => ({ name: `p${at}`, pin: String(10_000 + at), cards: [`c${at}`] }));
    const file = tableOf(bench.door.publisher, 2, crowd);
    bench.sendFile(file);
    await bench.wait(2 * second);
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(20 * second);
    const { version, stagedBytes } = await bench.status('table');
    expect(version).toBe(1);
    expect(await bench.transfer(file, stagedBytes)).toEqual({ kind: 'fileEnded', outcome: { kind: 'ended', status: 'processed' } });
  });
});

describe('R17: a door that stands unlocked', () => {
  const strikes = (bench: LinkBench): string[] => told(bench.door).filter((line) => line.startsWith('strike') || line.startsWith('event door'));

  it('is secured when the panel takes over, which drives the strike from then on, and unlocked again when it is taken back', async () => {
    const bench = await open({ mode: 'unlocked' });
    expect(strikes(bench)).toEqual(['event door.unlocked', 'strike released']);
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    await bench.wait(40 * second);
    expect(strikes(bench).slice(-2)).toEqual(['event door.relocked', 'strike secured']);
    expect(await bench.status('door')).toMatchObject({ mode: 'unlocked', isUnlocked: false, deciding: 'panel' });
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: false })).toBe('done');
    await bench.wait(20 * second);
    expect(strikes(bench).slice(0, 2)).toEqual(['event door.unlocked', 'strike released']);
    expect(await bench.status('door')).toMatchObject({ isUnlocked: true, deciding: 'reader' });
  });

  it('is not unlocked at a start or by an order while the panel decides', async () => {
    const bench = await open({ mode: 'unlocked', lineSide: { decides: 'panel' } });
    await bench.wait(40 * second);
    expect(await bench.order({ kind: 'setMode', mode: 'locked' })).toBe('done');
    expect(await bench.order({ kind: 'setMode', mode: 'unlocked' })).toBe('done');
    await bench.wait(40 * second);
    expect(strikes(bench)).toEqual([]);
  });

  it('`panelThenReader`: is unlocked while the panel is away, and secured when it is back', async () => {
    const bench = await open({ mode: 'unlocked', lineSide: { decides: 'panelThenReader' } });
    await bench.wait(20 * second);
    strikes(bench);
    await bench.cut(20 * second);
    expect(strikes(bench).slice(0, 2)).toEqual(['event door.unlocked', 'strike released']);
    await bench.wait(20 * second);
    expect(strikes(bench).slice(-2)).toEqual(['event door.relocked', 'strike secured']);
  });

  it('is secured at once by a mode that is stricter, without an order', async () => {
    const bench = await open({ mode: 'unlocked' });
    strikes(bench);
    expect(await bench.outcomeOf((tag) => ({ name: 'setMode', tag, mode: 'cardAndPin' }))).toBe('done');
    expect(strikes(bench).filter((line) => line !== 'strike released')).toEqual(['event door.relocked', 'strike secured']);
  });
});

describe('R17: the hold of a grant', () => {
  it('ends when the panel takes over', async () => {
    const bench = await open({ policy: { strikeMs: 60_000 } });
    await bench.door.swipe('A');
    await bench.wait(1 * second);
    expect(told(bench.door)).toContain('strike released');
    expect(await bench.order({ kind: 'handOverToPanel', isHandedOver: true })).toBe('done');
    expect(told(bench.door)).toContain('strike secured');
  });
});

describe('an order to hand over, without a line', () => {
  it('is not done', async () => {
    const door = await Door.open({ people: [ann] });
    await door.order({ kind: 'handOverToPanel', isHandedOver: true });
    await door.order({ kind: 'enrol' });
    expect(told(door)).toEqual(['event order.refused reason=notDone number=1', 'event order.refused reason=notDone number=2']);
  });
});
