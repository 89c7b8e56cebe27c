/** Signed files: what is taken, and that nothing but the very bytes the authority signed is. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryTableDisk } from '../../sim/devices/memory-table-disk.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { changesIn, checkBody, writeBody } from '../../src/table/changes.ts';
import { fileKinds, formatVersion, headerBytes, readHeader } from '../../src/table/header.ts';
import { readOrder } from '../../src/table/orders.ts';
import { publishOrder, publishRevocation } from '../../src/table/publish.ts';
import { drain } from '../../src/table/steps.ts';
import { Table } from '../../src/table/table.ts';
import { bench, crypto, delta, failureOf, install, plain, publisher, resigned, snapshot, taken, trust, withBody } from './site.ts';

const people = [plain(1), plain(2, { validUntilS: 5 }), plain(9)];
const first = snapshot(1, people);
const second = delta(first.state, 2, [
  [people[0], undefined],
  [undefined, plain(4)],
]);
const files = {
  snapshot: first.file,
  delta: second.file,
  revocation: publishRevocation(publisher, {
    number: 1,
    after: 0,
    entries: [
      { kind: 'person', person: 9 },
      { kind: 'tag', tag: 20n },
    ],
  }),
  order: publishOrder(publisher, 1, 100, { kind: 'clearLockout', person: 9 }),
};

/** Gives a file of a kind to a reader that would take the true one; says why it was refused. */
const give = (kind: keyof typeof files, file: Uint8Array): string | undefined => {
  const { table } = bench();
  if (kind !== 'snapshot') install(table, files.snapshot, 65_536);
  const before = table.state();
  const refusal = giveTo(table, kind, file);
  if (refusal !== undefined) expect(table.state()).toEqual(before);
  return refusal;
};

const giveTo = (table: Table, kind: keyof typeof files, file: Uint8Array): string | undefined => {
  if (kind === 'order') return failureOf(readOrder(crypto, trust, { lastNumber: 0, nowS: 99, isTimeTrusted: true }, file));
  return failureOf(kind === 'revocation' ? table.revoke(file) : install(table, file, 65_536));
};

describe.each(fileKinds)('a file of kind %s', (kind) => {
  const file = files[kind];

  it('is taken as it was signed', () => {
    expect(give(kind, file)).toBeUndefined();
  });

  it('is refused whichever single bit is flipped', () => {
    for (let bit = 0; bit < file.length * 8; bit += 1) {
      const flipped = file.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      if (give(kind, flipped) === undefined) expect.fail(`bit ${bit} may be flipped`);
    }
  });

  it('is refused wherever it is cut', () => {
    for (let length = 0; length < file.length; length += 1) {
      if (give(kind, file.subarray(0, length)) === undefined) expect.fail(`${length} bytes are taken for all of it`);
    }
  });

  it('is refused with a byte behind it', () => {
    expect(give(kind, Uint8Array.of(...file, 0))).toBe('malformed');
  });

  it('is refused when another key signed it', () => {
    const { seed } = crypto.newSigningKey();
    const signatureAt = headerBytes - 64;
    const forged = file.slice();
    forged.set(crypto.sign(seed, Buffer.concat([Buffer.from('doorpad/file/1'), file.subarray(0, signatureAt)])), signatureAt);
    expect(give(kind, forged)).toBe('wrongSignature');
  });

  it('is refused when the signature was made without the label', () => {
    const signatureAt = headerBytes - 64;
    const forged = file.slice();
    forged.set(crypto.sign(publisher.authoritySeed, file.subarray(0, signatureAt)), signatureAt);
    expect(give(kind, forged)).toBe('wrongSignature');
  });

  it.each([
    ['the magic', 0, 'malformed'],
    ['the format', 4, 'wrongFormat'],
    ['the site', 6, 'wrongSite'],
    ['the reader', 22, 'wrongReader'],
  ])('is refused by name when %s differs, though well signed', (_, at, refusal) => {
    expect(
      give(
        kind,
        resigned(file, (header) => header.set([0xee], at)),
      ),
    ).toBe(refusal);
  });

  it('is refused with a kind that does not exist', () => {
    for (const code of [0, 5, 255])
      expect(
        give(
          kind,
          resigned(file, (header) => header.set([code], 5)),
        ),
      ).toBe('malformed');
  });

  it('is refused in the format after this one, and in the one before', () => {
    for (const format of [formatVersion + 1, formatVersion - 1])
      expect(
        give(
          kind,
          resigned(file, (header) => header.set([format], 4)),
        ),
      ).toBe('wrongFormat');
  });

  it('is refused with version 0', () => {
    expect(
      give(
        kind,
        resigned(file, (header) => header.set([0, 0, 0, 0], 74)),
      ),
    ).toBe('malformed');
  });

  it('is refused with a body that is not the one hashed', () => {
    const changed = file.slice();
    changed[file.length - 1] = (changed[file.length - 1] as number) ^ 1;
    expect(give(kind, changed)).toBe('wrongBody');
  });
});

describe('a header', () => {
  /** First byte of each field that must be zero for the kind. */
  const zero = {
    snapshot: [38, 42, 82, 134],
    delta: [134],
    revocation: [42, 78, 90, 94, 98, 130, 134],
    order: [38, 42, 78, 82, 86, 90, 94, 98, 130],
  };

  it.each(fileKinds)('of kind %s says nothing in fields its kind does not use', (kind) => {
    for (const at of zero[kind]) {
      const width = at === 42 || at === 98 ? 32 : at === 134 ? 5 : 4;
      const wrong = resigned(files[kind], (header) => {
        header[at + width - 1] = 1;
        header.set([0xff], 74);
      });
      expect(give(kind, wrong), `field at ${at}`).toBe('malformed');
    }
  });

  it('of a snapshot counts afterwards what it puts', () => {
    for (const at of [93, 97])
      expect(
        give(
          'snapshot',
          resigned(files.snapshot, (header) => header.set([1], at)),
        ),
      ).toBe('malformed');
  });

  it('of a delta has a base, and puts no more than there is afterwards', () => {
    expect(
      give(
        'delta',
        resigned(files.delta, (header) => header.set([0, 0, 0, 0], 38)),
      ),
    ).toBe('malformed');
    for (const at of [81, 89])
      expect(
        give(
          'delta',
          resigned(files.delta, (header) => header.set([77], at)),
        ),
      ).toBe('malformed');
  });

  it('of an order has an expiry', () => {
    expect(
      give(
        'order',
        resigned(files.order, (header) => header.set([0, 0, 0, 0, 0], 134)),
      ),
    ).toBe('malformed');
  });
});

describe('a kind', () => {
  it('is refused where another is asked for', () => {
    expect(give('snapshot', files.revocation)).toBe('wrongKind');
    expect(give('delta', files.order)).toBe('wrongKind');
    expect(give('revocation', files.delta)).toBe('wrongKind');
    expect(give('order', files.revocation)).toBe('wrongKind');
  });
});

describe('random bytes', () => {
  let table: Table;
  beforeAll(() => {
    ({ table } = bench());
    install(table, files.snapshot);
  });

  it('are never taken for a file, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(...fileKinds), (bytes, kind) => {
        expect(giveTo(table, kind, bytes)).toBeDefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it('in a well signed file never throw: whatever of them is taken is a table that reads back whole', () => {
    const body = files.snapshot.subarray(headerBytes);
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.nat(body.length).map((at) => body.slice(0, at)),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 4 }), fc.nat(4), fc.nat(8), (parts, persons, credentials) => {
        const { table: fresh } = bench();
        const file = withBody(files.snapshot, Buffer.concat(parts), (header) => {
          for (const at of [78, 90]) header.setUint32(at, persons);
          for (const at of [86, 94]) header.setUint32(at, credentials);
        });
        const applied = install(fresh, file, 65_536);
        expect(applied.ok || ['malformed', 'contradiction', 'wrongContent'].includes(applied.failure)).toBe(true);
        expect(fresh.scrub()).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('changed in a thousand ways, a file of any kind is refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fileKinds), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (kind, from, by, to) => {
        const file = changed(files[kind], from, by, to);
        if (giveTo(table, kind, file) === undefined) expect.fail('taken');
      }),
      { numRuns: 1_000 },
    );
  });

  it('changed in a thousand ways and signed all the same, a file never throws and never leaves half a table', () => {
    const believing = Object.assign(Object.create(crypto), { verify: () => true }) as typeof crypto;
    fc.assert(
      fc.property(fc.constantFrom(...fileKinds), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (kind, from, by, to) => {
        const disk = new MemoryTableDisk();
        const gullible = new Table({ disk, crypto: believing, trust, tableKey: publisher.tableKey });
        install(gullible, files.snapshot, 65_536);
        giveTo(gullible, kind, changed(files[kind], from, by, to));
        expect(gullible.scrub()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('changed in a hundred thousand ways, a body is read to its end or refused', () => {
    const body = second.file.subarray(headerBytes);
    const header = taken(readHeader(crypto, trust, second.file.subarray(0, headerBytes)));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 2 }), (start) => {
        let state = start;
        const next = (): number => {
          state = (state * 48_271) % 2_147_483_647;
          return state;
        };
        for (let count = 0; count < 1_000; count += 1) {
          const bytes = changed(body, next(), (next() % 255) + 1, next());
          if (drain(checkBody(bytes, header)) !== undefined) continue;
          expect(Buffer.from(writeBody([...changesIn(bytes)])).equals(bytes)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** One byte differs, and one time in three the end is missing. */
const changed = (file: Uint8Array, from: number, by: number, to: number): Uint8Array => {
  const copy = file.slice();
  const at = from % file.length;
  copy[at] = (copy[at] as number) ^ by;
  return to % 3 === 0 ? copy.subarray(0, to % file.length) : copy;
};

describe('another reader of the site', () => {
  it('refuses what was signed for its neighbour, and cannot be fooled by a table key of its own', () => {
    const other = { ...publisher, reader: publisher.reader.map((byte) => byte ^ 0xff), tableKey: new SecretBytes(new Uint8Array(32)) };
    expect(give('snapshot', snapshot(1, people, 0, other).file)).toBe('wrongReader');
    expect(give('snapshot', snapshot(1, people, 0, { ...other, reader: publisher.reader }).file)).toBe('wrongContent');
  });
});
