/** The published vectors: as this program makes them now, and as it reads them. `vitest run test/table/vectors -u` writes them anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOrder } from '../../src/table/orders.ts';
import { bench, crypto, failureOf, install, taken, trust } from './site.ts';
import { vectors } from './vectors.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
/** The hash that the order of the vectors accepts. */
const waitingSettings = bytesOf('b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf');
const moment = { lastNumber: 1, nowS: 1_900_000_000, isTimeTrusted: true };

describe('the published vectors', () => {
  it.each(['site', 'tags', 'records', 'files', 'orders', 'refusals'] as const)('of %s are what this program makes', async (name) => {
    await expect(`${JSON.stringify(vectors[name], null, 2)}\n`).toMatchFileSnapshot(`../vectors/table-${name}.json`);
  });

  it('of files are taken one after the other', () => {
    const { table } = bench();
    expect(taken(install(table, bytesOf(vectors.files.snapshot.file))).version).toBe(1);
    expect(taken(table.revoke(bytesOf(vectors.files.revocation.file))).revocation).toBe(1);
    expect(taken(install(table, bytesOf(vectors.files.delta.file)))).toMatchObject({ version: 2, persons: 2, credentials: 3, revocation: 1 });
    expect(table.scrub()).toBe(true);
  });

  it.each(vectors.orders)('of orders are obeyed: number $number', ({ order, number, expiresS, file }) => {
    const received = taken(readOrder(crypto, trust, { ...moment, lastNumber: number - 1, waitingSettings }, bytesOf(file)));
    const shown = JSON.stringify(received, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
    expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify({ order, number, expiresS })));
  });

  it.each(vectors.refusals)('of refusals are refused: $why', ({ by, refusal, file: text }) => {
    const { table } = bench();
    install(table, bytesOf(vectors.files.snapshot.file));
    const file = bytesOf(text);
    const outcome = by === 'order' ? readOrder(crypto, trust, moment, file) : by === 'revoke' ? table.revoke(file) : install(table, file, 65_536);
    expect(failureOf(outcome)).toBe(refusal);
  });

  it('of keys, the first tags, two records and the snapshot stand in the page, and so does each refusal', () => {
    const page = readFileSync(new URL('../../docs/table-profile.md', import.meta.url), 'utf8');
    const hexInPage = page.replaceAll(/^ {4}\d{3} {2}|[^0-9a-f]/gm, '');
    const { site, tags, records, files, refusals } = vectors;
    const printed = [
      ...Object.values(site),
      tags.pins[0]?.tag,
      tags.cards[0]?.tag,
      ...records.slice(0, 2).flatMap(({ record, leaf }) => [record, leaf]),
      files.snapshot.file,
    ];
    for (const hex of printed) expect(hexInPage).toContain(hex);
    for (const { refusal } of refusals) expect(page).toContain(`\`${refusal}\``);
  });
});
