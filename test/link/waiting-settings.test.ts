/** Settings that wait for a signed order: what the reader says of them on its line, and which order accepts them. */
import { describe, expect, it } from 'vitest';
import type { WaitingSettings } from '../../src/reader/waiting-settings.ts';
import { Fault } from '../../src/shared/faults.ts';
import { LinkBench } from './link-bench.ts';

const hash = new Uint8Array(32).fill(0x5e);
const other = hash.map((byte, at) => (at === 31 ? byte + 1 : byte));

/** Settings that count how often they were accepted. */
const waiting = (accept: () => Promise<void> = () => Promise.resolve()) => {
  const settings = { hash, accepted: 0 };
  const count = (): Promise<void> => {
    settings.accepted += 1;
    return accept();
  };
  return Object.assign(settings, { accept: count }) satisfies WaitingSettings;
};

const benchWith = async (waitingSettings?: WaitingSettings): Promise<LinkBench> => {
  const bench = await LinkBench.open(waitingSettings === undefined ? {} : { waitingSettings });
  return bench.connect();
};

describe('settings that weaken the door', () => {
  it('are shown on a page of their own while they wait', async () => {
    const inForce = new Uint8Array(32).fill(7);
    expect(await (await benchWith(waiting())).status('settings')).toEqual({ page: 'settings', inForce, waiting: hash });
    expect(await (await benchWith()).status('settings')).toEqual({ page: 'settings', inForce, waiting: new Uint8Array(32) });
  });

  it('are accepted by an order that names them', async () => {
    const settings = waiting();
    const bench = await benchWith(settings);
    expect(await bench.order({ kind: 'acceptSettings', settingsHash: hash })).toBe('done');
    expect(settings.accepted).toBe(1);
    expect(await bench.status('table')).toMatchObject({ orderNumber: 1 });
    expect((await bench.door.events()).at(-1)).toMatchObject({ code: 'order.obeyed', fields: { order: 'acceptSettings', number: 1 } });
  });

  it('are not accepted by an order for others, which says why and uses no number up', async () => {
    const settings = waiting();
    const bench = await benchWith(settings);
    expect(await bench.order({ kind: 'acceptSettings', settingsHash: other })).toBe('notWaiting');
    expect(settings.accepted).toBe(0);
    expect(await bench.status('table')).toMatchObject({ orderNumber: 0 });
    expect((await bench.door.events()).at(-1)).toMatchObject({ code: 'order.refused', fields: { reason: 'notWaiting' } });
  });

  it('cannot be accepted where none wait', async () => {
    expect(await (await benchWith()).order({ kind: 'acceptSettings', settingsHash: hash })).toBe('notWaiting');
  });

  it('that the disk did not keep as accepted are not, and the number is used up', async () => {
    const bench = await benchWith(waiting(() => Promise.reject(new Fault('disk.failed', 'planted'))));
    expect(await bench.order({ kind: 'acceptSettings', settingsHash: hash })).toBe('notDone');
    expect(await bench.status('table')).toMatchObject({ orderNumber: 1 });
  });
});
