/** Settings that wait at a reader: the controller tells people, and orders what they decide. */
import { describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../../sim/controller/order-desk.ts';
import { Rig } from './rig.ts';

/** The answer, once time has brought it. */
const answerOf = async (rig: Rig, asked: Promise<OrderAnswer>): Promise<OrderAnswer | undefined> => {
  let answer: OrderAnswer | undefined;
  void asked.then((given) => {
    answer = given;
  });
  await rig.until(() => answer !== undefined, 60_000);
  return answer;
};

describe('a settings file that weakens a reader', () => {
  it('is an alarm, and is accepted by an order, which is for nothing else', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.waitingSettings = new Uint8Array(32).fill(0xa7);
    await rig.inStep();
    await rig.until(() => rig.keeper.state.waitingSettings !== undefined);
    expect([rig.keeper.state.waitingSettings, rig.alarms]).toEqual(['a7'.repeat(32), ['settings.refused']]);
    expect(await answerOf(rig, rig.keeper.acceptSettings('a7a8'))).toBe('notWaiting');
    expect(rig.reader.obeyed).toEqual([]);
    expect(await answerOf(rig, rig.keeper.acceptSettings('a7a7'))).toBe('done');
    expect(rig.reader.obeyed).toEqual([{ kind: 'acceptSettings', settingsHash: new Uint8Array(32).fill(0xa7) }]);
  });

  it('is not accepted where other settings wait than the controller has seen, and no number is used up', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.waitingSettings = new Uint8Array(32).fill(0xa7);
    await rig.inStep();
    await rig.until(() => rig.keeper.state.waitingSettings !== undefined);
    rig.reader.behaviour.waitingSettings = new Uint8Array(32).fill(0xb8);
    expect(await answerOf(rig, rig.keeper.acceptSettings(''))).toBe('notWaiting');
    expect([rig.reader.obeyed, rig.reader.orderNumber]).toEqual([[], 0]);
  });

  it('is not accepted where nothing waits', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    expect(await answerOf(rig, rig.keeper.acceptSettings(''))).toBe('notWaiting');
    expect(rig.alarms).toEqual([]);
  });

  it('does not wait once the reader was started anew, also within seconds', async () => {
    const rig = await Rig.open();
    rig.reader.behaviour.waitingSettings = new Uint8Array(32).fill(0xa7);
    await rig.inStep();
    await rig.until(() => rig.keeper.state.waitingSettings !== undefined);
    rig.reader.behaviour.waitingSettings = undefined;
    rig.reader.restart();
    await rig.until(() => rig.keeper.state.waitingSettings === undefined, 60_000);
  });
});
