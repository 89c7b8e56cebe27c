/** The controller and the reader as they are shipped, on one wire in virtual time: what people change at one end holds at the door. */
import { describe, expect, it } from 'vitest';
import { pinOf, taken } from './rig.ts';
import { type Together, together } from './together-rig.ts';

const manyPeople = (count: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [at + 1, String(100_000 + at)]));

/** The PIN is typed and submitted, and what became of it has come to the controller. */
const grants = async ({ door, codes, until }: Together, pin: string): Promise<boolean> => {
  const before = codes.length;
  await door.type(`${pin}#`);
  const isDecided = (code: string): boolean => code === 'access.granted' || code === 'credential.notFound' || code === 'pin.wrong';
  expect(await until(() => codes.slice(before).some(isDecided))).toBe(true);
  await door.wait(6_000);
  return codes.slice(before).includes('access.granted');
};

describe('a controller and a reader, together', () => {
  it('open a door for people who were listed at the controller', async () => {
    const line = await together({ 1: '0417', 2: '2468' });
    expect(await line.until(() => line.keeper.state.isInStep)).toBe(true);
    expect([await grants(line, '0417'), await grants(line, '2468'), await grants(line, '9999')]).toEqual([true, true, false]);
    expect(line.alarms).toEqual([]);
  });

  it('kill a rolled PIN within a second, and open for the new one', async () => {
    const line = await together({ 1: '0417' });
    await line.until(() => line.keeper.state.isInStep);
    taken(await line.people.rollPin(1, pinOf('1357')));
    await line.door.wait(1_000);
    expect(await grants(line, '0417')).toBe(false);
    expect([line.keeper.state.isInStep, await grants(line, '1357'), line.keeper.state.table?.version]).toEqual([true, true, 2]);
  });

  it('bring a table of a thousand people through cuts of the wire', async () => {
    const line = await together(manyPeople(1_000), {}, {}, 38_400);
    for (const pauseMs of [1_000, 2_500, 1_700]) {
      await line.door.wait(pauseMs);
      line.readerEnd.plug(false);
      await line.door.wait(9_000);
      line.readerEnd.plug(true);
    }
    expect(await line.until(() => line.keeper.state.isInStep, 120_000)).toBe(true);
    expect(line.keeper.state.table).toMatchObject({ version: 1, persons: 1_000 });
    expect(await grants(line, '100999')).toBe(true);
  });

  it('keep every event over an outage, each once and in order', async () => {
    const line = await together({ 1: '0417' });
    await line.until(() => line.keeper.state.isInStep);
    line.readerEnd.plug(false);
    for (let at = 0; at < 5; at += 1) {
      await line.door.type('0417#');
      await line.door.wait(6_000);
    }
    expect(line.codes.filter((code) => code === 'access.granted')).toEqual([]);
    line.readerEnd.plug(true);
    expect(await line.until(() => line.door.reader.journal.pending === 0, 60_000)).toBe(true);
    const sequences = (await line.store.events.list()).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, at) => at + 1));
    expect([line.codes.filter((code) => code === 'access.granted').length, line.alarms]).toEqual([5, []]);
  });

  it('go on after a power cut at the reader, with the chain of its journal unbroken', async () => {
    const line = await together({ 1: '0417' });
    await line.until(() => line.keeper.state.isInStep);
    await grants(line, '0417');
    line.door.cutPower();
    await line.door.wait(20_000);
    expect(line.keeper.state.isOnline).toBe(false);
    await line.door.powerOn();
    expect(await line.until(() => line.keeper.state.isInStep)).toBe(true);
    expect(await grants(line, '0417')).toBe(true);
    await line.door.wait(120_000);
    expect(line.alarms).toEqual([]);
  });

  it('have orders obeyed', async () => {
    const line = await together({ 1: '0417' });
    await line.until(() => line.keeper.state.isInStep);
    let answer: string | undefined;
    void line.keeper.order({ kind: 'setMode', mode: 'locked' }).then((given) => {
      answer = given;
    });
    expect(await line.until(() => answer !== undefined)).toBe(true);
    await line.until(() => line.keeper.state.door?.mode === 'locked', 61_000);
    expect([answer, line.keeper.state.door?.mode]).toEqual(['done', 'locked']);
  });

  it('release the strike that hangs at the controller', async () => {
    const line = await together({ 1: '0417' }, {}, { isStrikeRemote: true });
    await line.until(() => line.keeper.state.isInStep);
    await line.door.type('0417#');
    expect(await line.until(() => line.strike.isEnergised, 1_000)).toBe(true);
    expect(await line.until(() => line.codes.includes('access.granted'))).toBe(true);
    await line.door.wait(6_000);
    expect(line.strike.isEnergised).toBe(false);
  });

  it('end a hold of the strike at the controller when the door is locked', async () => {
    const line = await together({ 1: '0417' }, { policy: { strikeMs: 60_000 } }, { isStrikeRemote: true });
    await line.until(() => line.keeper.state.isInStep);
    await line.door.type('0417#');
    expect(await line.until(() => line.strike.isEnergised, 1_000)).toBe(true);
    await line.door.wait(2_000);
    expect(line.strike.isEnergised).toBe(true);
    void line.keeper.tighten('locked');
    expect(await line.until(() => !line.strike.isEnergised, 1_000)).toBe(true);
    await line.door.wait(2_000);
    expect([line.codes.includes('strike.unreachable'), line.alarms]).toEqual([false, []]);
  });

  it('set the clock of a reader that has lost it', async () => {
    const line = await together({ 1: '0417' }, { wallTrusted: false });
    line.door.clock.setWall(line.door.clock.wall().ms, true);
    expect(await line.until(() => line.keeper.state.isInStep)).toBe(true);
    expect(await line.until(() => line.keeper.state.journal?.isWallTrusted === true, 130_000)).toBe(true);
  });
});
