/** How much a story holds of what was done at the bench, and who is in it. */
import { describe, expect, it } from 'vitest';
import { type Beginning, maxSteps, maxTables, maxToldLines, Recorder } from '../../../sim/bench/recorder.ts';
import { maxPeople } from '../../../sim/scenarios/read-people.ts';
import { Pin } from '../../../src/access/pin.ts';
import { present } from '../../../src/shared/assert.ts';
import { Fault } from '../../../src/shared/faults.ts';
import { asTold, record } from './replay.ts';
import { BenchRig } from './rig.ts';

describe('the limits of a recording', () => {
  const personOf = (person: number, name: string): Beginning['people'][number] => ({
    given: {
      person,
      pin: Pin.from(String(100_000 + person)),
      duressPin: undefined,
      cards: [],
      pinExempt: true,
      validFromS: 1_700_000_000,
      validUntilS: 1_900_000_000,
      uses: { limit: 3, serial: 1 },
      extendedTime: true,
      offlinePriority: true,
    },
    name,
    cards: [],
  });

  it(`ends the story after ${maxSteps} steps, says so, and still replays`, async () => {
    const rig = await BenchRig.open();
    await record(rig, true);
    for (let step = 0; step <= maxSteps; step += 1) await rig.type('front', '*');
    await rig.pass(1_000);
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story).toContain('# More was done than a story holds');
    expect(story.match(/^burst \*$/gm)).toHaveLength(maxSteps);
    await asTold(story);
  });

  it(`ends the story after ${maxToldLines} lines of what the door did`, async () => {
    const rig = await BenchRig.open();
    await record(rig, true);
    await rig.swipe('front', 'A');
    for (let line = 0; line < maxToldLines; line += 1) rig.world.door('front').door.reader.tell({ code: 'mode.refused' });
    await rig.swipe('front', 'A');
    const story = present((await record(rig, false)) ?? undefined, 'something was done');
    expect(story).toContain('# More was done than a story holds');
    expect(story.match(/^ +[0-9.]+ (?!event link)/gm)).toHaveLength(maxToldLines);
    expect(story.match(/^card A$/gm)).toHaveLength(1);
  });

  it(`reads the people of ${maxTables} tables, and of no more`, async () => {
    const rig = await BenchRig.open();
    const bench = rig.world.door('front');
    let reads = 0;
    const readPeople = async () => {
      reads += 1;
      return [];
    };
    const recorder = new Recorder({ nowMs: rig.world.clock.nowMs(), wallMs: 0, doors: [bench], linked: new Set(), people: [], readPeople });
    for (let table = 0; table <= maxTables; table += 1) bench.door.reader.tell({ code: 'table.applied', fields: { version: table } });
    recorder.note({ do: 'type', keys: '1' }, bench, rig.world.clock.nowMs());
    await asTold(present(await recorder.end(rig.world.clock.nowMs()), 'something was done'));
    expect(reads).toBe(maxTables);
  });

  it('writes every fact of a person that a story knows', async () => {
    const rig = await BenchRig.open();
    const bench = rig.world.door('front');
    const [{ given, name }] = [personOf(1, 'Ada')];
    const people = [{ given: { ...given, duressPin: Pin.from('2468') }, name, cards: ['A'] }];
    const atMs = rig.world.clock.nowMs();
    const recorder = new Recorder({
      nowMs: atMs,
      wallMs: Date.UTC(2026, 0, 5),
      doors: [bench],
      linked: new Set(),
      people,
      readPeople: async () => people,
    });
    recorder.note({ do: 'type', keys: '1' }, bench, atMs);
    const story = present(await recorder.end(atMs), 'something was done');
    expect(story).toContain(
      'people."Ada" = { pin = "100001", duressPin = "2468", cards = ["A!"], validFrom = "2023-11-14T22:13:20.000Z", validUntil = "2030-03-17T17:46:40.000Z", uses = 3, extendedTime = true, offlinePriority = true }',
    );
    await asTold(story);
  });

  it('fails where the people of a table could not be read, and not before it ends', async () => {
    const rig = await BenchRig.open();
    const bench = rig.world.door('front');
    const nowMs = rig.world.clock.nowMs();
    const readPeople = () => Promise.reject(new Fault('disk.failed', 'the disk of this test fails'));
    const recorder = new Recorder({ nowMs, wallMs: 0, doors: [bench], linked: new Set(), people: [], readPeople });
    bench.door.reader.tell({ code: 'table.applied' });
    recorder.note({ do: 'type', keys: '1' }, bench, nowMs);
    await rig.pass(1_000);
    await expect(recorder.end(nowMs)).rejects.toThrow('the disk of this test fails');
  });

  it('gives everybody a name that a story takes, and leaves out whom it cannot hold', async () => {
    const rig = await BenchRig.open();
    const bench = rig.world.door('front');
    const names = ['Ada Byron', 'Ada Byron', '7', '"]\n', 'Zoë'];
    const crowd = Array.from({ length: maxPeople }, (_, index) => personOf(index + names.length + 1, ''));
    const people = [...names.map((name, index) => personOf(index + 1, name)), ...crowd];
    const recorder = new Recorder({
      nowMs: rig.world.clock.nowMs(),
      wallMs: 0,
      doors: [bench],
      linked: new Set(),
      people,
      readPeople: async () => people,
    });
    recorder.note({ do: 'type', keys: '1' }, bench, rig.world.clock.nowMs());
    const story = present(await recorder.end(rig.world.clock.nowMs()), 'something was done');
    expect(story).toContain(`# Only the first ${maxPeople} people stand here.`);
    expect(story.match(/^people\."[^"]+"/gm)?.slice(0, 6)).toEqual([
      'people."Ada_Byron"',
      'people."Ada_Byron-2"',
      'people."person-3"',
      'people."person-4"',
      'people."Zoë"',
      'people."person-6"',
    ]);
    await asTold(story);
  });
});
