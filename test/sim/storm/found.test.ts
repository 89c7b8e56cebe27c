/** What storms found in the reader, each as the scenario that shows it. */
import { describe, expect, it } from 'vitest';
import { Door, type DoorSetup } from '../../../sim/door.ts';
import { Disks } from '../../../sim/storm/disks.ts';

/** A door whose disk takes 6 s for a commit, 1 s longer than a decision may take. */
const slowDoor = async (setup: DoorSetup): Promise<Door> => {
  const disks: Disks = new Disks(
    () => door.clock,
    () => door.cutPower(),
  );
  const door: Door = await Door.open({ ...setup, recordFaults: disks.recordFaults(false) });
  disks.commitMs = 6_000;
  return door;
};

describe('while a commit takes longer than a decision may', () => {
  it('no PIN is compared that nobody waits for, so two never share one attempt', async () => {
    const door = await slowDoor({ people: [{ name: 'Ann', pin: '0417' }] });
    await door.type('9990#');
    await door.wait(5_400);
    await door.type('9991#');
    await door.wait(60_000);
    const story = door.story();
    expect(story.match(/decision\.failed/g)).not.toBeNull();
    expect(story).not.toContain('credential.notFound');
  });

  it('a use is spent once, though its person comes again before it is on disk', async () => {
    const door = await slowDoor({ people: [{ name: 'Ben', cards: ['B'], uses: 1 }] });
    for (let reads = 0; reads < 4; reads++) {
      await door.swipe('B');
      await door.wait(5_400);
    }
    await door.wait(60_000);
    expect(door.story().match(/access\.granted/g)).toHaveLength(1);
  });
});
