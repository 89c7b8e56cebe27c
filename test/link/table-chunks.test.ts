/**
 * C19: the fragments of a table as no honest ACU sends them: doubled, out of order, repeated, left out, and of two files by turns. What is in
 * force is always one whole table. DOORPAD_SEED sets where the random begins; a failure prints it.
 */
import { describe, expect, it } from 'vitest';
import { MemoryTableStore } from '../../sim/devices/memory-table-store.ts';
import { Door } from '../../sim/door.ts';
import { type SimPerson, tableOf } from '../../sim/people.ts';
import { Random } from '../../sim/random.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { tableFileType } from '../../src/link/messages.ts';
import { FileReceiver } from '../../src/osdp/file-receiver.ts';
import { fileStatus } from '../../src/osdp/records.ts';
import { headerBytes } from '../../src/table/header.ts';
import { hexOf } from '../osdp/bytes.ts';
import { syncRig } from './sync-rig.ts';

const crypto = new NodeCrypto();
const firstSeed = Number(process.env.DOORPAD_SEED ?? 1);
const fragmentBytes = 200;

/** As many people with PINs as long: files of one length. */
const crowd = (count: number, firstPin: number): SimPerson[] =>
  Array.from({ length: count }, (_, at) => ({ name: `p${at}`, pin: String(firstPin + at), cards: [`c${at}`] }));

const door = Door.unpowered({ people: [] });
const { publisher, trust } = door;
const before = tableOf(publisher, 1, crowd(10, 10_000));
const files = [tableOf(publisher, 2, crowd(60, 20_000)), tableOf(publisher, 2, crowd(60, 30_000))] as const;

/** The reader's end of FILETRANSFER, down to the table. */
const open = () => {
  const clock = new VirtualClock();
  const table = new MemoryTableStore({ crypto, trust, tableKey: publisher.tableKey });
  const { sync, ends } = syncRig(clock, { table, trust });
  const receiver = new FileReceiver(sync, { mayInterleave: true, maxMessageBytes: 0 });
  const send = async (file: Uint8Array, offset: number): Promise<number> => {
    const data = file.slice(offset, offset + fragmentBytes);
    const { status, delayMs } = receiver.receive({ type: tableFileType, totalBytes: file.length, offset, fragmentBytes: data.length, data });
    await clock.advance(delayMs + 5);
    return status;
  };
  /** As an honest controller does, from where the reader says it is. */
  const sendAll = async (file: Uint8Array): Promise<void> => {
    receiver.abort();
    await clock.advance(1_000);
    const staged = table.staged();
    const isSame = staged !== undefined && hexOf(staged.headerHash) === hexOf(crypto.sha256(file.subarray(0, headerBytes)));
    let status: number = fileStatus.goOn;
    for (let offset = isSame ? staged.receivedBytes : 0; offset < file.length && status === fileStatus.goOn; offset += fragmentBytes)
      status = await send(file, offset);
    await clock.advance(1_000);
  };
  const hash = (): string => hexOf(table.state()?.contentHash ?? new Uint8Array(0));
  return { send, sendAll, hash, ends, table };
};

const hashOf = async (file: Uint8Array): Promise<string> => {
  const { sendAll, hash } = open();
  await sendAll(file);
  return hash();
};

/** The offsets of a file in order, with some of them doubled, swapped, repeated from before, or left out. */
const shuffled = (random: Random, file: Uint8Array): number[] => {
  const offsets = Array.from({ length: Math.ceil(file.length / fragmentBytes) }, (_, at) => at * fragmentBytes);
  for (let change = random.between(1, 4); change > 0; change -= 1) {
    const at = random.between(0, offsets.length - 2);
    const [present = 0, next = 0] = offsets.slice(at);
    if (random.chance(0.25)) offsets.splice(at, 0, present);
    else if (random.chance(0.33)) offsets.splice(at, 2, next, present);
    else if (random.chance(0.5)) offsets.splice(at, 0, offsets[random.between(0, at)] ?? 0);
    else offsets.splice(at, 1);
  }
  return offsets;
};

describe('C19: fragments of a table that are doubled, out of order, repeated or of two files', () => {
  it('the two files are as long as each other, and not the same', async () => {
    expect(files[0].length).toBe(files[1].length);
    expect(await hashOf(files[0])).not.toBe(await hashOf(files[1]));
  });

  it.each(Array.from({ length: 60 }, (_, at) => firstSeed + at))(
    'leave one whole table in force, the old or the new, and an honest ACU comes through at its second try (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const [old, ...whole] = await Promise.all([before, ...files].map(hashOf));
      const { send, sendAll, hash, ends, table } = open();
      await sendAll(before);
      const isMixed = random.chance(0.5);
      for (const offset of shuffled(random, files[0])) {
        await send(files[isMixed && random.chance(0.2) ? 1 : 0], offset);
        expect([old, ...whole]).toContain(hash());
      }
      const isApplied = hash() !== old;
      expect(ends.includes('done')).toBe(true);
      expect(ends.slice(1).includes('done')).toBe(isApplied);
      // What was staged of another file is found out at its end, and forgotten: then it comes from the beginning.
      for (let turn = 0; turn < 2 && hash() === old; turn += 1) await sendAll(files[0]);
      expect(whole).toContain(hash());
      expect(table.state()?.version).toBe(2);
    },
  );
});
