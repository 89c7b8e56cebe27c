/** The clock of a reader, as the controller sets it: when, by which command, and when it is left to people. */
import { describe, expect, it } from 'vitest';
import { maxReaderAheadMs } from '../../../sim/controller/order-desk.ts';
import { answerOf, Rig, rigAtRest } from './rig.ts';

describe('the clock of a reader', () => {
  it.each([
    [-60_000, 'setTime', 0],
    [-600_000, 'filePart', 1],
    [maxReaderAheadMs - 1_000, 'filePart', 1],
  ])('that is %i ms off is set by %s', async (aheadMs, command, orders) => {
    const rig = await Rig.open();
    rig.reader.setWallAhead(aheadMs);
    await rig.inStep();
    await rig.clock.advance(2_000);
    expect(rig.reader.heard.some(({ name }) => name === command)).toBe(true);
    expect([Math.abs(rig.reader.journal.status().wallMs - rig.clock.wall().ms) < 2_000, rig.reader.orderNumber]).toEqual([true, orders]);
    expect(rig.alarms.filter((alarm) => alarm.startsWith('clock'))).toEqual([]);
  });

  it('is left alone by a controller that does not trust its own', async () => {
    const rig = await Rig.open();
    rig.clock.setWall(rig.clock.wall().ms, false);
    rig.reader.setWallAhead(-600_000);
    await rig.inStep();
    await rig.clock.advance(5_000);
    expect(rig.reader.orderNumber).toBe(0);
  });

  it('that a restart took from a reader is set as soon as it is back, however soon after the last time', async () => {
    const rig = await Rig.open();
    const { behaviour } = rig.reader;
    for (const orders of [1, 2, 3]) {
      behaviour.saysOfJournal = { isWallTrusted: false };
      rig.reader.restart();
      expect(await rig.until(() => rig.reader.orderNumber === orders, 12_000), `restart ${orders}`).toBe(true);
      behaviour.saysOfJournal = {};
      await rig.clock.advance(1_000);
    }
    expect(rig.reader.obeyed.map(({ kind }) => kind)).toEqual(['setClock', 'setClock', 'setClock']);
  });

  it('that will not be set in a session is not tried every minute of it', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.saysOfJournal = { isWallTrusted: false };
    await rig.inStep();
    await rig.clock.advance(300_000);
    expect(rig.reader.orderNumber).toBe(1);
  });

  it('that cannot be set is an alarm, and is not tried every minute', async () => {
    const rig = await Rig.open();
    rig.reader.setWallAhead(-600_000);
    rig.reader.behaviour.refusesFiles = 'notDone';
    expect(await rig.until(() => rig.alarms.includes('clock.notSet'))).toBe(true);
    const sent = rig.reader.heard.filter(({ name }) => name === 'filePart').length;
    await rig.clock.advance(300_000);
    expect(rig.reader.heard.filter(({ name }) => name === 'filePart').length).toBe(sent);
  });

  it('that runs far ahead is an alarm, and is set back only by a person', async () => {
    const rig = await Rig.open();
    rig.reader.setWallAhead(86_400_000);
    await rig.inStep();
    await rig.clock.advance(3_600_000);
    expect([rig.alarms.includes('clock.ahead'), rig.reader.orderNumber]).toEqual([true, 0]);
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('expired');
    expect(await answerOf(rig, rig.keeper.setClock())).toBe('done');
    expect(Math.abs(rig.reader.journal.status().wallMs - rig.clock.wall().ms)).toBeLessThan(2_000);
    expect(await answerOf(rig, rig.keeper.order({ kind: 'release' }))).toBe('done');
  });

  it('is set by a person only where the controller knows the time and the reader is there', async () => {
    const rig = await rigAtRest();
    rig.clock.setWall(rig.clock.wall().ms, false);
    expect(await rig.keeper.setClock()).toBe('timeUntrusted');
    rig.reader.beSilent();
    await rig.until(() => !rig.keeper.state.isOnline);
    expect(await rig.keeper.setClock()).toBe('offline');
  });
});
