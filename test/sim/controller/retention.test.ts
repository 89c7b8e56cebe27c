/** What a site forgets with time, and what a clock that is wrong makes it forget: nothing. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { jumpMs, patienceMs, Retention, retentionMs } from '../../../sim/controller/retention.ts';
import { putSiteSettings, siteSettingsOf } from '../../../sim/controller/site-settings.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { addReader, foundSite, type Site } from './rig.ts';

const dayMs = 86_400_000;
const keptDays = 30;
const years = 20 * 365 * dayMs;

interface Kept extends Site {
  readonly clock: VirtualClock;
  /** A life of the program begins, or the next one. */
  begin(): Retention;
  events(): Promise<number>;
  audit(): Promise<readonly string[]>;
}

/** A site that keeps events for a month and has one of each of `ageDays`. */
const kept = async (...ageDays: readonly number[]): Promise<Kept> => {
  const site = await foundSite();
  const { store } = site;
  const clock = new VirtualClock();
  const { id: reader } = await addReader(site, 1);
  await putSiteSettings(store, { ...(await siteSettingsOf(store)), keepEventsDays: keptDays });
  for (const [at, days] of ageDays.entries()) {
    const receivedMs = clock.wall().ms - days * dayMs;
    await store.events.keep({ reader, epoch: 'e', sequence: at + 1, receivedMs, entry: undefined, bytes: Uint8Array.of(at) });
  }
  const failures: unknown[] = [];
  onTestFinished(() => expect(failures).toEqual([]));
  return {
    ...site,
    clock,
    begin: () => {
      const retention = new Retention({ store, clock, failed: (thrown) => failures.push(thrown) });
      onTestFinished(() => retention.stop());
      retention.look();
      return retention;
    },
    events: () => store.events.countOf({}),
    audit: async () => (await store.audit.newest(10)).filter(({ what }) => what === 'events.forgotten').map(({ detail }) => detail),
  };
};
const stepWall = (clock: VirtualClock, byMs: number): void => clock.setWall(clock.wall().ms + byMs);

describe('what a site forgets', () => {
  it('is what is older than its setting says, and the audit hears how much', async () => {
    const { clock, begin, events, audit } = await kept(400, 31, 29, 0);
    begin();
    await clock.advance(1);
    expect([await events(), await audit()]).toEqual([2, ['2']]);
    await clock.advance(2 * dayMs);
    expect([await events(), await audit()]).toEqual([1, ['1', '2']]);
  });

  it('is nothing by a clock that nobody has set', async () => {
    const { clock, begin, events } = await kept(400);
    clock.setWall(clock.wall().ms, false);
    begin();
    await clock.advance(2 * dayMs);
    expect(await events()).toBe(1);
    clock.setWall(clock.wall().ms);
    await clock.advance(retentionMs);
    expect(await events()).toBe(0);
  });

  it('is nothing by a clock that has jumped ahead, until it is set right', async () => {
    const { clock, begin, events } = await kept(0, 0);
    begin();
    await clock.advance(retentionMs);
    stepWall(clock, years);
    await clock.advance(patienceMs - dayMs);
    expect(await events()).toBe(2);
    stepWall(clock, -years);
    await clock.advance(2 * patienceMs);
    expect(await events()).toBe(2);
    await clock.advance(keptDays * dayMs);
    expect(await events()).toBe(0);
  });

  it('is what is old by a clock that has said the same for a week, in one life of the program', async () => {
    const { clock, begin, events } = await kept(0);
    const first = begin();
    await clock.advance(retentionMs);
    stepWall(clock, jumpMs + dayMs);
    await clock.advance(patienceMs - dayMs);
    first.stop();
    begin();
    await clock.advance(patienceMs - dayMs);
    expect(await events()).toBe(1);
    await clock.advance(dayMs + retentionMs);
    expect(await events()).toBe(0);
  });
});
