/** The disk of a simulated reader in files: the contracts of the real ones, and what a power cut and damage leave. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileDisk } from '../../../sim/devices/file-disk.ts';
import { MemoryTableStore } from '../../../sim/devices/memory-table-store.ts';
import type { TableStore } from '../../../src/ports/table-store.ts';
import { present } from '../../../src/shared/assert.ts';
import { describeRecordStore, put, story } from '../../contracts/record-store.contract.ts';
import { describeTableStore } from '../../contracts/table-store.contract.ts';
import { crypto, tableKey, trust } from '../../store/publisher.ts';
import { scratch, scratchEach } from '../../store/scratch.ts';

describeRecordStore('the journal of a reader of the bench', () => {
  const { directory, dispose } = scratch();
  return { open: async () => new FileDisk(directory).open().records, dispose };
});

describeTableStore('the table of a reader of the bench', () => {
  const { directory, dispose } = scratch();
  let disk: FileDisk | undefined;
  return {
    open: async (): Promise<TableStore> => {
      disk?.close();
      disk = new FileDisk(directory);
      return new MemoryTableStore({ disk: disk.open().table, crypto, trust, tableKey });
    },
    dispose: () => {
      disk?.close();
      dispose();
    },
  };
});

describe('the disk of a reader of the bench', () => {
  let directory: string;
  scratchEach((made) => {
    directory = made;
  });

  it('answers nothing after a power cut, and the next start finds what was on it', async () => {
    const disk = new FileDisk(directory);
    const { records } = disk.open();
    await records.commit([put('event', 1, 'one')]);
    const answers: string[] = [];
    for (const asked of [records.commit([put('event', 2, 'two')]), records.scan('event', 0, 1)]) {
      asked.then(
        () => answers.push('done'),
        () => answers.push('refused'),
      );
    }
    disk.cutPower();
    const again = disk.open();
    expect(await story(again.records, 'event')).toEqual(['1: one']);
    expect(answers).toEqual(['done']);
    await records.close();
    expect([again.isJournalDamaged, again.isTableDamaged]).toEqual([false, false]);
    disk.close();
    await expect(again.records.commit([put('event', 3, 'three')])).rejects.toMatchObject({ code: 'disk.closed' });
  });

  it('begins anew in place of a file that is damaged, and says which', () => {
    for (const [name, damaged] of [
      ['journal.db', [true, false]],
      ['table.db', [false, true]],
    ] as const) {
      const disk = new FileDisk(directory);
      disk.open();
      disk.close();
      for (const left of [`${name}-wal`, `${name}-shm`]) rmSync(join(directory, left), { force: true });
      writeFileSync(join(directory, name), 'this was a database once');
      const { isJournalDamaged, isTableDamaged } = present(disk.open(), 'a disk opens');
      expect([isJournalDamaged, isTableDamaged]).toEqual(damaged);
      disk.close();
    }
  });
});
