/** Events up the line: in order, in a window, again until they are acknowledged, and never one that nobody heard let go. */
import { describe, expect, it } from 'vitest';
import { decodeEntry, maxEntryBytes } from '../../src/journal/entry.ts';
import { resendMs } from '../../src/link/event-feed.ts';
import { maxUnacknowledged } from '../../src/link/messages.ts';
import { Fault } from '../../src/shared/faults.ts';
import { ann, ben, Disk, minute, second, told } from '../scenarios/tools.ts';
import { LinkBench } from './link-bench.ts';

const people = [ann, ben];

/** Information events, each of its own source so that none counts as a storm. */
const tellMany = (bench: LinkBench, count: number): void => {
  for (let at = 0; at < count; at += 1) bench.door.reader.tell({ code: 'access.granted', person: 1 + at });
};

const sequencesOf = (entries: readonly Uint8Array[]): number[] => entries.map((bytes) => decodeEntry(bytes)?.sequence ?? 0);

describe('events up the line', () => {
  it('D4: all that waited comes in order, each once, and is let go once it was acknowledged', async () => {
    const bench = await LinkBench.open({ people });
    tellMany(bench, 500);
    await bench.connect(60 * second);
    const sequences = sequencesOf(bench.entries);
    expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, at) => at + 1));
    expect(sequences.length).toBeGreaterThanOrEqual(502);
    expect(bench.door.reader.journal).toMatchObject({ pending: 0, acknowledged: sequences.length });
  });

  it('D2: with nobody to acknowledge them at most 64 are in flight, and they come again each 5 s, byte for byte', async () => {
    const bench = await LinkBench.open({ people });
    bench.acknowledges = false;
    tellMany(bench, 200);
    await bench.connect(1 * second);
    await bench.wait(4 * second);
    expect(bench.entries).toHaveLength(maxUnacknowledged);
    const first = [...bench.entries];
    await bench.wait(resendMs + 2 * second);
    expect(bench.entries).toEqual([...first, ...first]);
    await bench.wait(resendMs + 4 * second);
    expect(bench.entries).toHaveLength(3 * maxUnacknowledged);
    bench.acknowledges = true;
    await bench.wait(1 * minute);
    expect(bench.door.reader.journal.pending).toBe(0);
    const [entry] = bench.entriesOnce();
    expect(entry?.sequence).toBe(1);
    expect(bench.entriesOnce().map(({ sequence }) => sequence)).toEqual(bench.entriesOnce().map((_, at) => at + 1));
  });

  it('an acknowledgement of some frees those, and the others come again', async () => {
    const bench = await LinkBench.open({ people });
    bench.acknowledges = false;
    tellMany(bench, 20);
    await bench.connect(3 * second);
    const tenth = decodeEntry(bench.entries[9] ?? new Uint8Array(0));
    expect(await bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch: tenth?.epoch ?? '', through: 10 }))).toBe('done');
    expect(bench.door.reader.journal.acknowledged).toBe(10);
    bench.entries.length = 0;
    await bench.wait(resendMs + 1 * second);
    expect(sequencesOf(bench.entries)[0]).toBe(11);
  });

  it('what was sent in a session that ended is sent again in the next, from the oldest', async () => {
    const bench = await LinkBench.open({ people });
    bench.acknowledges = false;
    tellMany(bench, 10);
    await bench.connect(2 * second);
    const before = [...bench.entries];
    bench.entries.length = 0;
    await bench.cut(10 * second);
    await bench.wait(3 * second);
    expect(bench.entries.slice(0, before.length)).toEqual(before);
  });

  it('what waits is read on over a restart, under its own epoch', async () => {
    const bench = await LinkBench.open({ people });
    tellMany(bench, 10);
    await bench.wait(1 * second);
    const { epoch } = bench.door.reader.journal;
    await bench.door.restart();
    await bench.connect(5 * second);
    expect(bench.entriesOnce()[0]?.epoch).toBe(epoch);
    expect(bench.door.reader.journal.pending).toBe(0);
  });

  it('an entry longer than a reply comes in parts', async () => {
    const bench = await LinkBench.open({ people });
    const text = 'x'.repeat(190);
    const fields = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`field_${at}`, text]));
    bench.door.reader.tell({ code: 'settings.changed', fields });
    await bench.connect(10 * second);
    const long = bench.entriesOnce().find(({ code }) => code === 'settings.changed');
    expect(long?.fields).toEqual(fields);
    const parts = bench.named('eventPart');
    expect(parts.length).toBeGreaterThan(20);
    expect(parts[0]?.totalBytes).toBeLessThanOrEqual(maxEntryBytes);
    expect(bench.door.reader.journal.pending).toBe(0);
  });

  it('an ACU that takes long replies gets many entries at once', async () => {
    const bench = await LinkBench.open({ people, maxReplyBytes: 1_024 });
    tellMany(bench, 60);
    await bench.connect(5 * second);
    expect(Math.max(...bench.named('events').map(({ entries }) => entries.length))).toBeGreaterThan(10);
    expect(bench.door.reader.journal.pending).toBe(0);
  });

  it('D9: an entry that nobody acknowledges holds up the 64 at most; acknowledged past, the rest comes', async () => {
    const bench = await LinkBench.open({ people });
    bench.acknowledges = false;
    tellMany(bench, 200);
    await bench.connect(2 * minute);
    expect(new Set(sequencesOf(bench.entries)).size).toBe(maxUnacknowledged);
    const last = bench.entriesOnce().at(-1);
    bench.acknowledges = true;
    expect(await bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch: last?.epoch ?? '', through: last?.sequence ?? 0 }))).toBe('done');
    await bench.wait(30 * second);
    expect(bench.door.reader.journal.pending).toBe(0);
  });

  it('D10: an acknowledgement of what was never sent, or of another epoch, frees nothing and is an event', async () => {
    const bench = await LinkBench.open({ people });
    bench.acknowledges = false;
    await bench.connect(3 * second);
    const { epoch } = bench.door.reader.journal;
    const { pending } = bench.door.reader.journal;
    expect(await bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch, through: 1_000 }))).toBe('beyondSent');
    expect(await bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch: '0123456789abcdef', through: 1 }))).toBe('wrongEpoch');
    expect(bench.door.reader.journal.acknowledged).toBe(0);
    expect(bench.door.reader.journal.pending).toBeGreaterThanOrEqual(pending);
    expect(told(bench.door)).toEqual(
      expect.arrayContaining(['event journal.unackable reason=beyondSent through=1000', 'event journal.unackable reason=wrongEpoch through=1']),
    );
  });

  it('D10: so is one of what was read ahead and waits for its POLL', async () => {
    const bench = await LinkBench.open({ people, pollIntervalMs: 1_000 });
    bench.acknowledges = false;
    tellMany(bench, 50);
    await bench.connect(4 * second);
    const { epoch, head } = bench.door.reader.journal;
    const heard = bench.entriesOnce().at(-1)?.sequence ?? 0;
    expect(heard).toBeGreaterThan(0);
    expect(heard).toBeLessThan(head.sequence);
    expect(await bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch, through: head.sequence }))).toBe('beyondSent');
    expect(bench.door.reader.journal.acknowledged).toBe(0);
    expect(await bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch, through: heard }))).toBe('done');
  });

  it('a journal that cannot be read is asked again', async () => {
    let isBroken = true;
    let scans = 0;
    const bench = await LinkBench.open({
      people,
      between: (ports) => {
        const { records } = ports;
        const scan: typeof records.scan = (space, from, limit) => {
          if (space !== 'event' || from === 0 || !isBroken) return records.scan(space, from, limit);
          scans += 1;
          return Promise.reject(new Fault('disk.failed', 'the disk of the test is broken'));
        };
        return { ...ports, records: { commit: (writes) => records.commit(writes), scan, close: () => records.close() } };
      },
    });
    await bench.connect(10 * second);
    expect(bench.entries).toEqual([]);
    expect(scans).toBeGreaterThan(3);
    expect(scans).toBeLessThan(15);
    isBroken = false;
    await bench.wait(5 * second);
    expect(bench.codes()).toContain('reader.started');
  });

  it('a journal that cannot be written fails the acknowledgement, and a later one is taken', async () => {
    const disk = new Disk();
    const bench = await LinkBench.open({ people, recordFaults: disk });
    bench.acknowledges = false;
    await bench.connect(2 * second);
    const last = bench.entriesOnce().at(-1);
    const acknowledge = (): Promise<unknown> =>
      bench.outcomeOf((tag) => ({ name: 'acknowledge', tag, epoch: last?.epoch ?? '', through: last?.sequence ?? 0 }));
    disk.failure = 'disk.full';
    expect(await acknowledge()).toBe('failed');
    disk.failure = undefined;
    expect(await acknowledge()).toBe('done');
  });
});
