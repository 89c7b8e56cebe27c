/** The script that kills the bench: it finds nothing in the program that is shipped, and the fault that is planted in one that is not. */
import { describe, expect, it } from 'vitest';
import { runBenchKills } from './bench-kills.ts';

describe('a bench killed at random moments', () => {
  it('loses, doubles and halves nothing of what it has answered, recorded or begun to send', async () => {
    const { faults, words } = await runBenchKills({ count: 3, seed: 11, isLate: false });
    expect(faults).toEqual([]);
    expect(words).toMatch(/^seed 11: the bench 3 times killed, .* nothing lost, doubled or half$/);
  });

  it('is found out when it answers before what it says is on its disk', async () => {
    const { faults, words } = await runBenchKills({ count: 3, seed: 11, isLate: true });
    expect(faults).toContainEqual(expect.stringMatching(/ was answered, and is not there$/));
    expect(words).toContain(`: ${faults.length} faults`);
  });
});
