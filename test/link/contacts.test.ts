/** What the contacts do, up the line: as they stand when it is said, and never in the way of a release or of what happened. */
import { describe, expect, it } from 'vitest';
import { offlineMs } from '../../src/osdp/pd.ts';
import { ann, minute, outcomes, second } from '../scenarios/tools.ts';
import { LinkBench } from './link-bench.ts';

/** The reports in order: the name of a private message, or a contact's with what it says. */
const reportsOf = (bench: LinkBench): string[] => {
  const messages = bench.replies.values();
  return bench.events.flatMap((event) => {
    if (event.kind !== 'report') return [];
    const { name, payload } = event.reply;
    if (name === 'mfgrep') return [messages.next().value?.name ?? ''];
    return [`${name} ${JSON.stringify(payload)}`];
  });
};
const flip = async (bench: LinkBench, times: number): Promise<void> => {
  for (let at = 1; at <= times; at += 1) await bench.door.set('tamper', at % 2 === 1);
};

describe('contacts up the line', () => {
  it('R11: wait behind a release, however often they changed', async () => {
    const bench = await LinkBench.open({ people: [ann], mode: 'cardOnly', isStrikeRemote: true });
    bench.releases = true;
    await bench.connect(2 * second);
    const before = reportsOf(bench).length;
    await flip(bench, 50);
    await bench.door.swipe('A');
    await bench.wait(4 * second);
    expect(outcomes(bench.door)).toContain('access.granted ann');
    expect(reportsOf(bench)[before]).toBe('release');
  });

  it('are told once, as they stand when they are told', async () => {
    const bench = await LinkBench.open({ people: [ann], pollIntervalMs: 2_000 });
    await bench.connect(10 * second);
    const before = reportsOf(bench).length;
    await flip(bench, 51);
    await bench.door.openLeaf();
    await bench.door.shutLeaf();
    await bench.wait(1 * minute);
    expect(
      reportsOf(bench)
        .slice(before)
        .filter((said) => said.includes('statr')),
    ).toEqual(['lstatr {"tamper":"tampered","power":"normal"}', 'istatr [0,0,1]']);
  });

  it('that never come to rest hold up nothing that happened', async () => {
    const bench = await LinkBench.open({ people: [ann], mode: 'cardOnly' });
    await bench.connect(5 * second);
    await bench.door.swipe('A');
    for (let at = 0; at < 40; at += 1) {
      await flip(bench, 2);
      await bench.wait(100);
    }
    expect(bench.codes()).toContain('access.granted');
  });

  it('that changed just before an outage are not told after it', async () => {
    const bench = await LinkBench.open({ people: [ann] });
    await bench.connect(2 * second);
    bench.wires.controller.plug(false);
    await bench.wait(1 * second);
    await bench.door.openLeaf();
    await bench.wait(30 * second);
    await bench.door.shutLeaf();
    await bench.wait(offlineMs);
    const before = reportsOf(bench).length;
    bench.wires.controller.plug(true);
    await bench.wait(20 * second);
    expect(bench.events.at(-1)?.kind).toBe('report');
    expect(
      reportsOf(bench)
        .slice(before)
        .filter((said) => said.includes('statr')),
    ).toEqual([]);
  });
});
