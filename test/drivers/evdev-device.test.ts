/** An input device that comes, goes, floods and loses events, over a FIFO and on virtual time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { EvdevDevice, type EvdevState, maxEventAgeMs, maxEventsATurn } from '../../src/drivers/evdev-device.ts';
import { firstRetryMs, longestRetryMs, steadyMs } from '../../src/drivers/retries.ts';
import { Heard, someTurns } from '../contracts/heard.ts';
import { EvdevFifo, evKey, evSyn, inputEvent, synDropped } from './evdev-fifo.ts';

function listen(device: EvdevDevice) {
  const heard = new Heard<string>();
  const times: number[] = [];
  const subscription = device.listen({
    event: ({ kind, code, value, atMs }) => {
      times.push(atMs);
      heard.add(`${kind} ${code}=${value}`);
    },
    resync: (state) => heard.add(state === undefined ? 'resync' : `resync keys ${[...state.keys].join(' ')}`),
    attached: (isAttached) => heard.add(isAttached ? 'attached' : 'detached'),
  });
  return { heard, times, subscription };
}

describe('EvdevDevice', () => {
  let fifo: EvdevFifo;
  beforeEach(() => {
    fifo = new EvdevFifo();
  });
  afterEach(() => fifo.close());

  it('tells every event of a burst, more than one turn of the event loop takes', async () => {
    const { heard } = listen(fifo.device);
    await heard.atLeast(1);
    const count = maxEventsATurn * 4;
    const pair = [inputEvent(24, evKey, 2, 1), inputEvent(24, evSyn, 0, 0)];
    fifo.write(...Array.from({ length: count }, () => pair).flat());
    expect(await heard.atLeast(1 + count)).toHaveLength(1 + count);
  });

  it('leaves other work its turn while a device never stops', async () => {
    const { heard } = listen(fifo.device);
    await heard.atLeast(1);
    fifo.write(...Array.from({ length: maxEventsATurn * 4 }, () => inputEvent(24, evKey, 2, 1)));
    await heard.atLeast(2);
    expect(heard.reports.length).toBeLessThanOrEqual(1 + maxEventsATurn);
  });

  it('puts an event at the time it happened, not at the time it was read', async () => {
    const { heard, times } = listen(fifo.device);
    await heard.atLeast(1);
    await fifo.clock.advance(1_000);
    fifo.key(2, 1, fifo.wallMs - 120);
    fifo.key(2, 0, fifo.wallMs - 40.5);
    await heard.atLeast(3);
    expect(times).toEqual([fifo.clock.nowMs() - 120, fifo.clock.nowMs() - 40.5]);
  });

  it('puts an event at now when the wall clock was set meanwhile, and never lets time go back', async () => {
    const { heard, times } = listen(fifo.device);
    await heard.atLeast(1);
    await fifo.clock.advance(1_000);
    const nowMs = fifo.clock.nowMs();
    for (const ageMs of [500, maxEventAgeMs + 1, 3_600_000, -1, -3_600_000, 300]) fifo.key(2, 1, fifo.wallMs - ageMs);
    await heard.atLeast(7);
    expect(times).toEqual([nowMs - 500, nowMs, nowMs, nowMs, nowMs, nowMs]);
  });

  it('asks for what is held when the device comes and when events were lost', async () => {
    fifo.close();
    const states: EvdevState[] = [
      { keys: new Set([2]), switches: new Set() },
      { keys: new Set([3, 4]), switches: new Set() },
    ];
    let grabs = 0;
    fifo = new EvdevFifo(24, {
      grab: () => {
        grabs++;
      },
      state: () => {
        const state = states.shift();
        if (state === undefined) throw new Error('ENODEV');
        return state;
      },
    });
    const { heard } = listen(fifo.device);
    await heard.atLeast(1);
    fifo.event(evSyn, synDropped, 0);
    await heard.atLeast(2);
    fifo.event(evSyn, synDropped, 0);
    expect(await heard.atLeast(3)).toEqual(['resync keys 2', 'resync keys 3 4', 'resync']);
    expect(grabs).toBe(1);
  });

  it('counts a device it may not grab as away, and finds it when it may', async () => {
    fifo.close();
    let mayGrab = false;
    fifo = new EvdevFifo(24, {
      grab: () => {
        if (!mayGrab) throw new Error('EBUSY');
      },
      state: () => ({ keys: new Set(), switches: new Set() }),
    });
    const { heard } = listen(fifo.device);
    await heard.atLeast(1);
    mayGrab = true;
    await fifo.clock.advance(firstRetryMs);
    expect(await heard.atLeast(3)).toEqual(['detached', 'attached', 'resync keys ']);
  });

  it('forgets half an event when the device goes', async () => {
    const { heard } = listen(fifo.device);
    await heard.atLeast(1);
    fifo.write(inputEvent(24, evKey, 2, 1).subarray(0, 13));
    await someTurns();
    fifo.unplug();
    await heard.atLeast(2);
    await fifo.comeBack();
    fifo.key(5, 1);
    expect(await heard.atLeast(5)).toEqual(['resync', 'detached', 'attached', 'resync', 'key 5=1']);
  });

  it('looks for a device that is away after 1, 2, 4, 8, 16, then every 30 s, and says only once that it is away', async () => {
    const clock = new VirtualClock();
    const { heard, subscription } = listen(new EvdevDevice({ path: '/nowhere/event0', clock }));
    await clock.advance(0);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      const waitMs = (clock.nextDueMs ?? Number.NaN) - clock.nowMs();
      waits.push(waitMs);
      await clock.advance(waitMs);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, longestRetryMs, longestRetryMs]);
    expect(heard.reports).toEqual(['detached']);
    subscription.stop();
    expect(clock.nextDueMs).toBeUndefined();
  });

  it('looks soon for a device that was steady, and ever more rarely for one that comes and goes', async () => {
    const { heard } = listen(fifo.device);
    await heard.atLeast(1);
    const waits: number[] = [];
    for (const stayMs of [0, 5_000, steadyMs, steadyMs - 1]) {
      await fifo.clock.advance(stayMs);
      const before = heard.reports.length;
      fifo.unplug();
      await heard.atLeast(before + 1);
      const waitMs = (fifo.clock.nextDueMs ?? Number.NaN) - fifo.clock.nowMs();
      waits.push(waitMs);
      fifo.plugIn();
      await fifo.clock.advance(waitMs);
      await heard.atLeast(before + 3);
    }
    expect(waits).toEqual([1_000, 2_000, 1_000, 2_000]);
  });

  it('takes a plain file for no device', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorpad-plain-'));
    const path = join(folder, 'event0');
    writeFileSync(path, inputEvent(24, evKey, 2, 1));
    const { heard, subscription } = listen(new EvdevDevice({ path, clock: new VirtualClock() }));
    expect(await heard.atLeast(1)).toEqual(['detached']);
    subscription.stop();
    rmSync(folder, { recursive: true });
  });

  it('opens nothing when it was stopped at once', async () => {
    const { heard, subscription } = listen(fifo.device);
    subscription.stop();
    await someTurns();
    expect(heard.reports).toEqual([]);
  });

  it('reads eight devices at once without a thread of the pool waiting for any of them', async () => {
    const others = Array.from({ length: 7 }, () => new EvdevFifo());
    const all = [fifo, ...others].map((each) => ({ each, ...listen(each.device) }));
    for (const { heard } of all) await heard.atLeast(1);
    // A promise of the pool: it would never come back behind eight blocked reads.
    const { readFile } = await import('node:fs/promises');
    expect((await readFile('/proc/self/stat', 'latin1')).length).toBeGreaterThan(0);
    for (const [index, { each, heard }] of all.entries()) {
      each.key(index, 1);
      expect((await heard.atLeast(2)).at(-1)).toBe(`key ${index}=1`);
    }
    for (const { subscription } of all) subscription.stop();
    for (const other of others) other.close();
  });
});
