/** The bench of the Line contract for a line in memory: two ends of one wire, in virtual time. */
import type { WireEnd } from '../../sim/line/wire-end.ts';
import type { VirtualClock } from '../../sim/virtual-clock.ts';
import type { LineBench } from './line.contract.ts';

/** `line`: the near end, or what is wrapped around it. */
export const memoryLine = (clock: VirtualClock, near: WireEnd, far: WireEnd, line: LineBench['line'] = near): LineBench => {
  const plug = async (isIn: boolean): Promise<void> => {
    near.plug(isIn);
    far.plug(isIn);
  };
  return {
    line,
    far,
    clock,
    pass: () => clock.advance(10_000),
    changeRates: async () => undefined,
    detach: () => plug(false),
    attach: () => plug(true),
    close: async () => undefined,
  };
};
