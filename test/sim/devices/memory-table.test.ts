/** The table store and disk of the bench: the port as promised, and what a power cut leaves. */
import { describe, expect, it } from 'vitest';
import { blankMedium, MemoryTableDisk, PowerLost } from '../../../sim/devices/memory-table-disk.ts';
import { MemoryTableStore } from '../../../sim/devices/memory-table-store.ts';
import { publishRevocation } from '../../../src/table/publish.ts';
import { crypto, plain, publisher, snapshot, taken, trust } from '../../table/site.ts';

const parts = { crypto, trust, tableKey: publisher.tableKey };
const first = snapshot(1, [plain(1), plain(2)]);
const stored = (person: number, ...tags: bigint[]) => ({ person, sealed: Uint8Array.of(person), tags });

describe('the table store in memory', () => {
  it('receives, applies, finds, revokes and scrubs', async () => {
    const store = new MemoryTableStore(parts);
    expect([store.state(), store.staged()]).toEqual([undefined, undefined]);
    taken(await store.receive(0, first.file));
    expect(store.staged()?.receivedBytes).toBe(first.file.length);
    expect(taken(await store.apply())).toEqual(first.state);
    expect((await store.find(10n)).found).toBe('record');
    taken(await store.revoke(publishRevocation(publisher, { number: 1, after: 0, entries: [{ kind: 'person', person: 1 }] })));
    expect([(await store.find(10n)).found, store.state()?.revocation, await store.scrub()]).toEqual(['nobody', 1, true]);
  });

  it('answers nothing once closed', async () => {
    const store = new MemoryTableStore(parts);
    await store.close();
    await expect(store.find(1n)).rejects.toMatchObject({ code: 'disk.closed' });
  });

  it('rejects with a fault when power is lost, and starts again over the same medium', async () => {
    const medium = blankMedium();
    const dying = new MemoryTableDisk(medium, (write) => {
      if (write === 4) throw new PowerLost('the plug was pulled');
    });
    const store = new MemoryTableStore({ ...parts, disk: dying });
    taken(await store.receive(0, first.file));
    await expect(store.apply()).rejects.toMatchObject({ code: 'disk.failed' });
    await expect(store.find(10n)).rejects.toMatchObject({ code: 'disk.failed' });
    const again = new MemoryTableStore({ ...parts, disk: new MemoryTableDisk(medium) });
    expect(taken(await again.apply())).toEqual(first.state);
  });

  it('hands on what is no failure of the disk as it is', async () => {
    const disk = new MemoryTableDisk(blankMedium(), () => {
      throw new RangeError('not a disk failure');
    });
    await expect(new MemoryTableStore({ ...parts, disk }).receive(0, first.file)).rejects.toThrow(RangeError);
  });
});

describe('the table disk in memory', () => {
  it('keeps a copy of what it is given', () => {
    const disk = new MemoryTableDisk();
    const bytes = Buffer.of(1);
    disk.transaction(() => {
      disk.putState(bytes);
      disk.beginStaged(bytes);
      disk.appendStaged(bytes);
      disk.putPersons([{ person: 1, sealed: bytes, tags: [] }]);
    });
    bytes[0] = 2;
    expect([disk.state(), disk.staged()?.header, disk.stagedBody(), disk.sealedOf(1)]).toEqual(Array(4).fill(Uint8Array.of(1)));
  });

  it('scans persons in order, above an id, as many as asked', () => {
    const disk = new MemoryTableDisk();
    disk.transaction(() => disk.putPersons([stored(5, 50n), stored(1, 10n), stored(9)]));
    expect(disk.scan(0, 2).map(({ person }) => person)).toEqual([1, 5]);
    expect(disk.scan(1, 9).map(({ person }) => person)).toEqual([5, 9]);
    expect(disk.scan(9, 9)).toEqual([]);
    expect(disk.tagCount()).toBe(2);
    disk.transaction(() => disk.deletePersons([stored(5, 50n)]));
    expect([disk.scan(0, 9).map(({ person }) => person), disk.lookUp(50n).person, disk.sealedOf(5)]).toEqual([[1, 9], undefined, undefined]);
  });

  it('does all of a transaction or none of it', () => {
    const disk = new MemoryTableDisk();
    expect(() =>
      disk.transaction(() => {
        disk.putState(Uint8Array.of(1));
        throw new Error('thought better of it');
      }),
    ).toThrow('thought better of it');
    expect(disk.state()).toBeUndefined();
    disk.transaction(() => disk.putState(Uint8Array.of(2)));
    expect(disk.state()).toEqual(Uint8Array.of(2));
  });

  it('writes in a transaction only, and in one at a time', () => {
    const disk = new MemoryTableDisk();
    expect(() => disk.dropStaged()).toThrow('transaction');
    expect(() => disk.transaction(() => disk.transaction(() => undefined))).toThrow('nest');
  });

  it('refuses a person or a tag that is there already, as a database would', () => {
    const disk = new MemoryTableDisk();
    disk.beginBuild();
    disk.build([stored(1, 10n)]);
    expect(() => disk.build([stored(1)])).toThrow('once');
    expect(() => disk.build([stored(2, 10n)])).toThrow('once');
  });

  it('shows nothing of a build before the switch, and nothing of an old one after a new beginning', () => {
    const medium = blankMedium();
    const disk = new MemoryTableDisk(medium);
    disk.beginBuild();
    disk.build([stored(1, 10n)]);
    expect([disk.lookUp(10n).person, disk.scan(0, 1), disk.tagCount()]).toEqual([undefined, [], 0]);
    const again = new MemoryTableDisk(medium);
    again.beginBuild();
    again.build([stored(2, 20n)]);
    again.transaction(() => again.switchToBuilt());
    expect([again.lookUp(10n).person, again.lookUp(20n).person]).toEqual([undefined, 2]);
  });

  it('is dead once power was lost, and its medium holds what was committed', () => {
    const medium = blankMedium();
    const disk = new MemoryTableDisk(medium, (write) => {
      if (write === 3) throw new PowerLost('the plug was pulled');
    });
    disk.transaction(() => disk.beginStaged(Uint8Array.of(1)));
    expect(() => disk.transaction(() => disk.appendStaged(Uint8Array.of(2)))).toThrow(PowerLost);
    expect(() => disk.staged()).toThrow(PowerLost);
    expect(new MemoryTableDisk(medium).staged()).toEqual({ header: Uint8Array.of(1), bodyBytes: 0 });
    expect(new MemoryTableDisk().stagedBody()).toEqual(new Uint8Array());
  });
});
