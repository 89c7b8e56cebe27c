/** Receiving: any chunking, cut and resumed anywhere, repeated, out of order; and what a full disk does to it. */
import { describe, expect, it } from 'vitest';
import { MemoryTableDisk } from '../../sim/devices/memory-table-disk.ts';
import { Fault } from '../../src/shared/faults.ts';
import { headerBytes } from '../../src/table/header.ts';
import { maxChunkBytes } from '../../src/table/limits.ts';
import { bench, crypto, failureOf, install, plain, resigned, snapshot, tableOn, taken } from './site.ts';

const first = snapshot(1, [plain(1), plain(2)]);
const second = snapshot(2, [plain(1), plain(3)]);
const other = snapshot(3, [plain(4)]);
const headerHash = crypto.sha256(second.file.subarray(0, headerBytes));
const secondStaged = { headerHash, version: second.state.version, revocation: second.state.revocation };

describe('a file', () => {
  it('may come in chunks of any size', () => {
    for (let chunkBytes = 1; chunkBytes <= first.file.length; chunkBytes += 1) {
      const { table } = bench();
      expect(taken(install(table, first.file, chunkBytes))).toEqual(first.state);
    }
  });

  it('may come in a buffer that is filled again and again', () => {
    const { table } = bench();
    const buffer = Buffer.alloc(50);
    for (let at = 0; at < first.file.length; at += buffer.length) {
      const chunk = first.file.subarray(at, at + buffer.length);
      buffer.set(chunk);
      taken(table.receive(at, buffer.subarray(0, chunk.length)));
    }
    buffer.fill(0);
    expect(taken(table.apply())).toEqual(first.state);
  });

  it('is shown as staged once its header is whole and verified, never before', () => {
    const { table, medium } = bench();
    expect(taken(table.receive(0, second.file.subarray(0, headerBytes - 1)))).toEqual({
      headerHash: new Uint8Array(),
      version: 0,
      revocation: 0,
      receivedBytes: headerBytes - 1,
      totalBytes: 0,
    });
    expect([table.staged(), medium.stagedHeader]).toEqual([undefined, undefined]);
    const staged = { ...secondStaged, receivedBytes: headerBytes + 1, totalBytes: second.file.length };
    expect(taken(table.receive(headerBytes - 1, second.file.subarray(headerBytes - 1, headerBytes + 1)))).toEqual(staged);
    expect(table.staged()).toEqual(staged);
  });

  it('resumes after a restart at each offset', () => {
    for (let cut = headerBytes; cut <= second.file.length; cut += 1) {
      const { table, medium } = bench();
      install(table, first.file);
      taken(table.receive(0, second.file.subarray(0, cut)));
      const again = tableOn(new MemoryTableDisk(medium));
      expect(again.staged()).toEqual({ ...secondStaged, receivedBytes: cut, totalBytes: second.file.length });
      expect(again.state()).toEqual(first.state);
      taken(again.receive(cut, second.file.subarray(cut)));
      expect(taken(again.apply())).toEqual(second.state);
    }
  });

  it('begins anew after a restart within its header', () => {
    const { table, medium } = bench();
    table.receive(0, second.file.subarray(0, headerBytes - 1));
    const again = tableOn(new MemoryTableDisk(medium));
    expect(failureOf(again.receive(headerBytes - 1, second.file.subarray(headerBytes - 1)))).toBe('wrongOffset');
    expect(taken(install(again, second.file))).toEqual(second.state);
  });

  it('begins anew at offset 0, whatever was staged', () => {
    const { table } = bench();
    table.receive(0, second.file.subarray(0, headerBytes + 20));
    expect(taken(install(table, other.file))).toEqual(other.state);
  });

  it('is put in force once: what is staged is gone with it', () => {
    const { table, medium } = bench();
    install(table, first.file);
    expect([table.staged(), medium.stagedHeader, medium.stagedBody]).toEqual([undefined, undefined, []]);
    expect(failureOf(table.apply())).toBe('incomplete');
  });

  it('is not applied before it is whole, and goes on afterwards', () => {
    const { table } = bench();
    table.receive(0, first.file.subarray(0, -1));
    expect(failureOf(table.apply())).toBe('incomplete');
    taken(table.receive(first.file.length - 1, first.file.subarray(-1)));
    expect(taken(table.apply())).toEqual(first.state);
  });

  it('is dropped when more comes than its header says, and refused when that comes with the header', () => {
    const { table } = bench();
    expect(failureOf(table.receive(0, Uint8Array.of(...first.file, 0)))).toBe('malformed');
    expect(table.staged()).toBeUndefined();
    taken(table.receive(0, first.file));
    expect(failureOf(table.receive(first.file.length, Uint8Array.of(0)))).toBe('malformed');
    expect(table.staged()).toBeUndefined();
  });

  it('is dropped when asked', () => {
    const { table, medium } = bench();
    table.receive(0, first.file.subarray(0, 10));
    table.discard();
    expect(failureOf(table.receive(10, first.file.subarray(10)))).toBe('wrongOffset');
    table.receive(0, first.file);
    table.discard();
    expect([table.staged(), medium.stagedHeader]).toEqual([undefined, undefined]);
  });
});

describe('a chunk', () => {
  it('that comes twice, too early or too late is refused and changes nothing', () => {
    const { table } = bench();
    const chunks = Array.from({ length: Math.ceil(first.file.length / 50) }, (_, index) => index * 50);
    for (const at of chunks) {
      for (const wrong of chunks.filter((each) => each !== at && each !== 0)) {
        expect(failureOf(table.receive(wrong, first.file.subarray(wrong, wrong + 50)))).toBe('wrongOffset');
      }
      taken(table.receive(at, first.file.subarray(at, at + 50)));
    }
    expect(taken(table.apply())).toEqual(first.state);
  });

  it('of no bytes changes nothing', () => {
    const { table } = bench();
    expect(taken(table.receive(0, new Uint8Array())).receivedBytes).toBe(0);
    taken(table.receive(0, first.file.subarray(0, headerBytes)));
    expect(taken(table.receive(headerBytes, new Uint8Array())).receivedBytes).toBe(headerBytes);
  });

  it(`of more than ${maxChunkBytes} bytes is refused`, () => {
    const { table } = bench();
    expect(failureOf(table.receive(0, new Uint8Array(maxChunkBytes + 1)))).toBe('tooLarge');
  });
});

describe('a header that is refused', () => {
  it('leaves the staged file to be resumed', () => {
    const { table } = bench();
    const cut = headerBytes + 5;
    table.receive(0, second.file.subarray(0, cut));
    const forged = other.file.slice();
    forged[100] = (forged[100] as number) ^ 1;
    expect(failureOf(table.receive(0, forged))).toBe('wrongSignature');
    table.receive(0, other.file.subarray(0, 100));
    expect(table.staged()).toEqual({ ...secondStaged, receivedBytes: cut, totalBytes: second.file.length });
    taken(table.receive(cut, second.file.subarray(cut)));
    expect(taken(table.apply())).toEqual(second.state);
  });
});

describe('what an earlier start left staged', () => {
  it.each<[string, (header: Uint8Array) => Uint8Array]>([
    ['its header is damaged', (header) => header.map((byte, index) => (index === 80 ? byte ^ 1 : byte))],
    ['it no longer follows what is in force', () => snapshot(1, []).file.subarray(0, headerBytes)],
    ['it holds more than its header says', (header) => resigned(header, (bytes) => bytes.set([0, 0, 0, 1], 139))],
  ])('is dropped when %s', (_, damage) => {
    const { table, medium } = bench();
    install(table, first.file);
    table.receive(0, second.file.subarray(0, headerBytes + 5));
    medium.stagedHeader = damage(medium.stagedHeader as Uint8Array);
    const again = tableOn(new MemoryTableDisk(medium));
    expect([again.staged(), medium.stagedHeader, again.state()]).toEqual([undefined, undefined, first.state]);
  });

  it('is refused at apply when a byte of its body changed on disk', () => {
    const { table, medium } = bench();
    table.receive(0, second.file);
    const bytes = medium.stagedBody[0] as Uint8Array;
    bytes[7] = (bytes[7] as number) ^ 1;
    expect(failureOf(table.apply())).toBe('wrongBody');
    expect([table.staged(), table.state()]).toEqual([undefined, undefined]);
  });
});

describe('a full disk', () => {
  /** Every write up to `from` works, then `count` fail. */
  const fullAt =
    (from: number, count = 1) =>
    (write: number) => {
      if (write >= from && write < from + count) throw new Fault('disk.full', 'The disk is full.');
    };

  it('at any write refuses the file, keeps the version in force, and makes room', () => {
    const { medium } = bench();
    install(tableOn(new MemoryTableDisk(medium)), first.file);
    let refused = 0;
    for (let write = 0; ; write += 1) {
      const copy = structuredClone(medium);
      const table = tableOn(new MemoryTableDisk(copy, fullAt(write)));
      const outcome = install(table, second.file);
      if (outcome.ok) break;
      refused += 1;
      expect([outcome.failure, table.state(), table.staged(), copy.stagedHeader]).toEqual(['diskFull', first.state, undefined, undefined]);
      expect(copy.builtPersons.size).toBe(0);
      expect(taken(install(table, second.file))).toEqual(second.state);
      expect(table.scrub()).toBe(true);
    }
    expect(refused).toBeGreaterThan(8);
  });

  it('that has no room to make room is a fault', () => {
    const { medium } = bench();
    tableOn(new MemoryTableDisk(medium)).receive(0, second.file);
    const table = tableOn(new MemoryTableDisk(medium, fullAt(0, 100)));
    expect(() => table.apply()).toThrow('The disk is full.');
    expect(table.staged()?.headerHash).toEqual(headerHash);
  });

  it('is told from a disk that fails: that is a fault at once', () => {
    const table = tableOn(
      new MemoryTableDisk(undefined, () => {
        throw new Fault('disk.failed', 'The disk is gone.');
      }),
    );
    expect(() => table.receive(0, first.file)).toThrow('The disk is gone.');
    expect([table.staged(), table.state()]).toEqual([undefined, undefined]);
  });
});
