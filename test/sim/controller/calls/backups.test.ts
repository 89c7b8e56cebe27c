/** A backup over the API: what comes can be opened, the audit has it, and one is made at a time. */
import { describe, expect, it } from 'vitest';
import { readBackup } from '../../../../sim/controller/backup.ts';
import { maxWaitingBackups } from '../../../../sim/controller/calls/backup-calls.ts';
import { crypto, taken } from '../rig.ts';
import { openProduct } from './rig.ts';

const body = { password: 'a long password' };

describe('a backup over the API', () => {
  it('is a file with a name, and opens with the password', async () => {
    const product = await openProduct();
    const { name, base64 } = taken(await product.manager.ask('backup', { body }));
    expect(name).toBe('doorpad-20260105-080000.backup');
    const backup = taken(await readBackup(Uint8Array.from(Buffer.from(base64, 'base64')), body.password, crypto));
    expect([backup.made, backup.keys.readers.map((reader) => reader.name)]).toEqual(['2026-01-05T08:00:00.000Z', ['door 1']]);
    expect((await product.store.audit.newest(1))[0]).toMatchObject({ by: 'operator', what: 'backup.made' });
    expect(await product.manager.ask('backup', { body: { password: 'short' } })).toMatchObject({ failure: { code: 'notValid' } });
  });

  it('waits for the one before it, and is refused where another waits already', async () => {
    const product = await openProduct();
    const asked = Array.from({ length: maxWaitingBackups + 2 }, () => product.manager.ask('backup', { body }));
    const codes = (await Promise.all(asked)).map((answer) => (answer.ok ? 'made' : answer.failure.code));
    expect(codes.toSorted()).toEqual(['busy', ...new Array(maxWaitingBackups + 1).fill('made')]);
  });
});
