/** A site for tests: one authority, one reader, its table key, a controller's publisher and people with tags; all from fixed keys. */
import { blankMedium, MemoryTableDisk, type TableMedium } from '../../sim/devices/memory-table-disk.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { TableRefusal, TableState } from '../../src/ports/table-store.ts';
import type { Result } from '../../src/shared/result.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { headerBytes, type Trust } from '../../src/table/header.ts';
import type { TableLimits } from '../../src/table/limits.ts';
import { type Published, type Publisher, publishDelta, publishSnapshot } from '../../src/table/publish.ts';
import type { Credential, PersonFacts } from '../../src/table/record.ts';
import { Table } from '../../src/table/table.ts';

export const crypto = new NodeCrypto();

const counting = (length: number, from: number): Uint8Array => Uint8Array.from({ length }, (_, index) => from + index);

export const publisher: Publisher = {
  crypto,
  authoritySeed: new SecretBytes(counting(32, 0x40)),
  site: counting(16, 0xa0),
  reader: counting(16, 0xc0),
  tableKey: new SecretBytes(counting(32, 0x00)),
};

/** The public key of `authoritySeed`; the vectors page prints it. */
export const authority = Uint8Array.from(Buffer.from('2543b92ff1095511476adc8369db6ddc933665a11978dda1404ee1066ca9559d', 'hex'));

export const trust: Trust = { authority, site: publisher.site, reader: publisher.reader };

export const pin = (tag: bigint): Credential => ({ kind: 'pin', pinExempt: false, tag });
export const duressPin = (tag: bigint): Credential => ({ kind: 'duressPin', pinExempt: false, tag });
export const card = (tag: bigint, pinExempt = false): Credential => ({ kind: 'card', pinExempt, tag });

export const person = (id: number, credentials: readonly Credential[], more: Partial<PersonFacts> = {}): PersonFacts => ({
  person: id,
  extendedTime: false,
  offlinePriority: false,
  credentials,
  ...more,
});

/** Person `id` with PIN tag `id * 10` and card tag `id * 10 + 1`. */
export const plain = (id: number, more: Partial<PersonFacts> = {}): PersonFacts =>
  person(id, [pin(BigInt(id) * 10n), card(BigInt(id) * 10n + 1n)], more);

export const snapshot = (version: number, people: readonly PersonFacts[], revocation = 0, by = publisher): Published =>
  taken(publishSnapshot(by, { version, revocation, people }));

/** The changed persons by id: before and after. */
export const delta = (
  base: TableState,
  version: number,
  changes: readonly (readonly [before: PersonFacts | undefined, after: PersonFacts | undefined])[],
  revocation = 0,
): Published => taken(publishDelta(publisher, { base, version, revocation, changes: changes.map(([before, after]) => ({ before, after })) }));

export const taken = <Value>(result: Result<Value, unknown>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failure)}`);
  return result.value;
};

export const failureOf = <Failure>(result: Result<unknown, Failure>): Failure | undefined => (result.ok ? undefined : result.failure);

export interface Bench {
  readonly medium: TableMedium;
  readonly disk: MemoryTableDisk;
  readonly table: Table;
}

export const bench = (medium = blankMedium(), limits?: TableLimits): Bench => {
  const disk = new MemoryTableDisk(medium);
  return { medium, disk, table: tableOn(disk, limits) };
};

export const tableOn = (disk: MemoryTableDisk, limits?: TableLimits): Table =>
  new Table({ disk, crypto, trust, tableKey: publisher.tableKey, ...(limits && { limits }) });

/** Sends a whole file in pieces of `chunkBytes`, and applies it. */
export const install = (table: Table, file: Uint8Array, chunkBytes = 200): Result<TableState, TableRefusal> => {
  for (let at = 0; at < file.length; at += chunkBytes) {
    const received = table.receive(at, file.subarray(at, at + chunkBytes));
    if (!received.ok) return received;
  }
  return table.apply();
};

/** The file with some bytes of its header replaced and signed anew by the authority: what only a wrong controller sends. */
export const resigned = (file: Uint8Array, change: (header: Uint8Array) => void): Uint8Array => {
  const copy = file.slice();
  change(copy);
  const signatureAt = headerBytes - 64;
  const message = Buffer.concat([Buffer.from('doorpad/file/1'), copy.subarray(0, signatureAt)]);
  copy.set(crypto.sign(publisher.authoritySeed, message), signatureAt);
  return copy;
};

/** The same with another body: its length and hash are put right. */
export const withBody = (file: Uint8Array, body: Uint8Array, change: (header: DataView) => void = () => undefined): Uint8Array =>
  resigned(Buffer.concat([file.subarray(0, headerBytes), body]), (copy) => {
    const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
    view.setUint32(139, body.length);
    copy.set(crypto.sha256(body), 143);
    change(view);
  });
