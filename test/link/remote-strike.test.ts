/** R11: a strike at the controller's end of the line is released when the controller says so, or not at all. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { RemoteStrike, securedWithinMs } from '../../src/link/remote-strike.ts';
import { releaseLimitMs } from '../../src/ports/strike.ts';
import type { Order } from '../../src/table/orders.ts';
import { ann, ben, Disk, minute, outcomes, second, told } from '../scenarios/tools.ts';
import { LinkBench, type LinkSetup } from './link-bench.ts';

const open = async (): Promise<LinkBench> => {
  const bench = await LinkBench.open({ people: [ann, ben], mode: 'cardOnly', isStrikeRemote: true });
  await bench.connect(2 * second);
  bench.door.story();
  return bench;
};

describe('R11: a strike at the controller', () => {
  it('is released once the grant is on record and the controller has confirmed', async () => {
    const bench = await open();
    bench.releases = true;
    await bench.door.swipe('B');
    await bench.wait(1 * second);
    expect(outcomes(bench.door)).toEqual(['access.granted ben', 'granted']);
    const [release] = bench.named('release');
    const grant = (await bench.door.events()).find(({ code }) => code === 'access.granted');
    expect(release).toMatchObject({ holdMs: 5_000, person: 2, epoch: grant?.epoch, sequence: grant?.sequence });
  });

  it('goes ahead of events that wait', async () => {
    const bench = await open();
    bench.acknowledges = false;
    bench.releases = true;
    for (let at = 0; at < 200; at += 1) bench.door.reader.tell({ code: 'access.granted', person: at + 1 });
    await bench.wait(100);
    const before = bench.replies.length;
    await bench.door.swipe('A');
    await bench.wait(300);
    expect(bench.replies.slice(before).findIndex(({ name }) => name === 'release')).toBeLessThanOrEqual(1);
  });

  it('is a denial when the controller will not, says nothing, or is away', async () => {
    const bench = await open();
    bench.releases = false;
    await bench.door.swipe('A');
    await bench.wait(3 * second);
    expect(outcomes(bench.door)).toEqual(['access.granted ann', 'strike.unreachable ann', 'denied']);
    bench.releases = undefined;
    await bench.door.swipe('B');
    await bench.wait(3 * second);
    expect(outcomes(bench.door)).toEqual(['access.granted ben', 'strike.unreachable ben', 'denied']);
    await bench.cut(0);
    await bench.wait(20 * second);
    bench.door.story();
    await bench.door.swipe('A');
    await bench.wait(1 * second);
    expect(outcomes(bench.door)).toEqual(['access.granted ann', 'strike.unreachable ann', 'denied']);
  });

  it('B19, A17: what was asked for before or during an outage is never sent after it', async () => {
    const bench = await open();
    bench.releases = true;
    for (const awayMs of [1_000, 1_900, 5_000, 20_000]) {
      bench.replies.length = 0;
      await bench.cut(0);
      await bench.door.swipe('A');
      await bench.wait(awayMs);
      bench.wires.controller.plug(true);
      await bench.wait(1 * minute);
      const isOpened = outcomes(bench.door).includes('granted');
      expect(bench.named('release').length > 0, `away for ${awayMs} ms`).toBe(isOpened);
      if (awayMs > releaseLimitMs) expect(isOpened).toBe(false);
    }
  });
});

describe('R11: a confirmation that comes late', () => {
  it('is refused, so that the controller secures what was a denial here, and is an event', async () => {
    const bench = await open();
    await bench.door.swipe('A');
    await bench.wait(3 * second);
    expect(outcomes(bench.door)).toEqual(['access.granted ann', 'strike.unreachable ann', 'denied']);
    const id = bench.named('release').at(-1)?.id ?? 0;
    expect(await bench.ask({ name: 'released', id, isReleased: true })).toEqual({ refused: 9 });
    expect(await bench.ask({ name: 'released', id, isReleased: true })).toEqual({ refused: 9 });
    expect(told(bench.door)).toEqual(['event strike.unreachable reason=late']);
  });

  it('is refused also after the door was locked in the meantime', async () => {
    const bench = await open();
    await bench.door.swipe('A');
    await bench.wait(300);
    const id = bench.named('release').at(-1)?.id ?? 0;
    expect(await bench.order({ kind: 'setMode', mode: 'locked' })).toBe('done');
    expect(await bench.ask({ name: 'released', id, isReleased: true })).toEqual({ refused: 9 });
  });
});

describe('a hold of a strike at the controller', () => {
  const held = async (): Promise<LinkBench> => {
    const bench = await open();
    bench.releases = true;
    await bench.door.swipe('A');
    await bench.wait(1 * second);
    expect(bench.named('release').map(({ holdMs }) => holdMs)).toEqual([5_000]);
    return bench;
  };

  it('is ended by a lockdown, ahead of all else that waits', async () => {
    const bench = await held();
    expect(await bench.order({ kind: 'setMode', mode: 'locked' })).toBe('done');
    expect(bench.named('release').at(-1)).toMatchObject({ id: 2, holdMs: 0, sequence: 0, person: 0 });
    expect(told(bench.door)).not.toContain('event strike.unreachable');
  });

  it('that may go on is an event: the controller would not end it, or has gone', async () => {
    for (const isGone of [false, true]) {
      const bench = await held();
      bench.releases = false;
      if (isGone) bench.wires.controller.plug(false);
      void bench.door.reader.setMode('locked');
      await bench.wait(2 * second);
      expect(told(bench.door)).toContain('event strike.unreachable');
    }
  });

  it('that has ended by itself is left alone', async () => {
    const bench = await held();
    await bench.wait(5 * second);
    expect(await bench.order({ kind: 'setMode', mode: 'locked' })).toBe('done');
    await bench.wait(1 * second);
    expect(bench.named('release')).toHaveLength(1);
  });
});

describe('R11: a release names the entry it is for', () => {
  const nobody = { epoch: '0'.repeat(16), sequence: 0, person: 0 };
  const openAfterAnn = async (setup: LinkSetup): Promise<LinkBench> => {
    const bench = await LinkBench.open({ people: [ann, ben], mode: 'cardOnly', isStrikeRemote: true, ...setup });
    await bench.connect(2 * second);
    bench.releases = true;
    await bench.door.swipe('A');
    await bench.wait(20 * second);
    expect(bench.named('release')).toMatchObject([{ person: 1 }]);
    return bench;
  };

  it('and nobody, when somebody leaves by REX after a grant', async () => {
    const bench = await openAfterAnn({ policy: { rex: 'release' } });
    await bench.door.pressRex();
    await bench.wait(1 * second);
    expect(bench.named('release').at(-1)).toMatchObject({ id: 2, ...nobody });
  });

  it('and nobody, when a grant could not be recorded and the door opens all the same', async () => {
    const disk = new Disk();
    const bench = await openAfterAnn({ policy: { recordFailure: 'grantCards' }, recordFaults: disk });
    disk.failure = 'disk.full';
    await bench.door.swipe('B');
    await bench.wait(3 * second);
    expect(bench.named('release').at(-1)).toMatchObject({ id: 2, ...nobody });
  });

  it('which is the order that released it, or the one that unlocked the door', async () => {
    const bench = await openAfterAnn({});
    const releaseFor = async (order: Order, code: string): Promise<void> => {
      expect(await bench.order(order)).toBe('done');
      await bench.wait(1 * second);
      const entry = (await bench.door.events()).find((event) => event.code === code);
      expect(bench.named('release').at(-1), code).toMatchObject({ epoch: entry?.epoch, sequence: entry?.sequence, person: 0 });
    };
    await releaseFor({ kind: 'release' }, 'order.released');
    await releaseFor({ kind: 'setMode', mode: 'unlocked' }, 'door.unlocked');
  });
});

describe('the releases of a remote strike', () => {
  const cause = { epoch: 'ab'.repeat(8), sequence: 7, person: 3 };

  it('are told apart: an answer to another one counts for nothing', async () => {
    const clock = new VirtualClock();
    const strike = new RemoteStrike(clock);
    strike.linkChanged(true);
    const first = strike.release(1_000, cause).catch((thrown: unknown) => thrown);
    const asked = strike.next();
    expect(asked).toEqual({ name: 'release', id: 1, holdMs: 1_000, ...cause });
    expect(strike.next()).toBeUndefined();
    const second = strike.release(2_000);
    expect(await first).toMatchObject({ code: 'strike.unreachable' });
    expect(strike.answered(2, true)).toBe('unknown');
    expect(strike.next()).toMatchObject({ id: 2 });
    expect(strike.answered(1, true)).toBe('late');
    expect(strike.answered(2, true)).toBe('counts');
    await second;
    expect(strike.answered(2, false)).toBe('unknown');
  });

  it('are not ended by the late answer to the end of the hold before them', async () => {
    const clock = new VirtualClock();
    const strike = new RemoteStrike(clock);
    strike.linkChanged(true);
    const first = strike.release(5_000);
    strike.next();
    strike.answered(1, true);
    await first;
    const ends = [strike.secure(), strike.secure()];
    expect(strike.next()).toMatchObject({ id: 2, holdMs: 0 });
    const second = strike.release(5_000);
    await Promise.all(ends);
    expect(strike.answered(2, true)).toBe('counts');
    expect(strike.next()).toMatchObject({ id: 3, holdMs: 5_000 });
    expect(strike.answered(3, true)).toBe('counts');
    await second;
  });

  it('whose hold cannot be ended in time go on until it ends by itself', async () => {
    const clock = new VirtualClock();
    const strike = new RemoteStrike(clock);
    strike.linkChanged(true);
    const released = strike.release(5_000);
    strike.next();
    strike.answered(1, true);
    await released;
    const secured = strike.secure().catch((thrown: unknown) => thrown);
    await clock.advance(securedWithinMs);
    expect(await secured).toMatchObject({ code: 'strike.unreachable' });
    await clock.advance(5_000);
    await strike.secure();
    expect(strike.next()).toBeUndefined();
  });

  it('end with `secure`, with their time and with the link', async () => {
    const clock = new VirtualClock();
    const strike = new RemoteStrike(clock);
    const ends: string[] = [];
    const release = (): void =>
      void strike.release(1_000).then(
        () => ends.push('released'),
        (thrown: unknown) => ends.push((thrown as Error).message),
      );
    release();
    strike.linkChanged(true);
    release();
    await strike.secure();
    release();
    await clock.advance(releaseLimitMs);
    release();
    strike.linkChanged(false);
    await clock.settle();
    expect(ends).toEqual([
      'there is no session with the controller that has the strike',
      'the strike was secured',
      'the controller did not confirm within 2000 ms',
      'the line to the controller went',
    ]);
    expect(strike.next()).toBeUndefined();
  });
});
