/** `doorpad events`: what happened, for people and programs, also while the reader holds its journal. */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { classOf, isEventCode } from '../../src/access/events.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { Journal } from '../../src/journal/journal.ts';
import { exitCodes } from '../../src/main.ts';
import type { RecordStore } from '../../src/ports/record-store.ts';
import { RecordService } from '../../src/store/record-service.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { startHere } from '../../src/store/thread.ts';
import { crypto, programFile, type Ran, Workplace } from './workplace.ts';

const at = new Workplace();

describe('doorpad events', () => {
  let records: RecordStore;
  const openJournal = async (): Promise<Journal> => {
    mkdirSync(at.dataDir, { recursive: true, mode: 0o700 });
    const { store } = await openRecordStore(
      { directory: at.dataDir },
      startHere((data: { readonly directory: string }) => new RecordService(data)),
    );
    records = store;
    const clock = new NodeClock({ systemWallMs: () => Date.UTC(2027, 2, 1, 6), timeFiles: { synchronized: '/', setFromRtc: '/' } });
    return Journal.open({ store, crypto, clock, classOf: (code) => (isEventCode(code) ? classOf(code) : 'info') });
  };
  const withEvents = async (): Promise<Journal> => {
    const journal = await openJournal();
    await journal.append({ code: 'pin.wrong', person: 7, fields: { card: '…42', tries: 1 } });
    await journal.append({ code: 'access.granted', person: 7 });
    await journal.append({ code: 'later.invented' });
    return journal;
  };
  const list = (...options: string[]): Promise<Ran> => at.run(['events', '--config', at.configFile, ...options]);

  it('says on standard error that there is nothing yet where there is no journal', async () => {
    expect(await list('--json')).toEqual({ code: 0, out: '', err: 'No events yet.\n' });
  });

  it('refuses in a sentence where the user may not read them', async () => {
    await (await withEvents()).close();
    chmodSync(at.place, 0o755);
    const asAnother = (...argv: readonly string[]) =>
      spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, programFile, ...argv], { encoding: 'utf8' });
    if (asAnother('version').status !== 0) {
      process.stderr.write('not shown here: the program cannot be run as another user\n');
      return;
    }
    const { status, stdout, stderr } = asAnother('events', '--config', at.configFile);
    expect([status, stdout]).toEqual([exitCodes.refused, '']);
    expect(stderr).toBe(`The events in ${at.dataDir} cannot be read (EACCES). Only the user the door runs as may, and root.\n`);
  });

  it('lists what happened, in the words of the profile', async () => {
    await (await withEvents()).close();
    const { code, out } = await list();
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.slice(29))).toEqual([
      'Deny Access - Wrong PIN  person 7  [pin.wrong card="…42" tries=1]',
      'Access Granted  person 7  [access.granted]',
      'later.invented  [later.invented]',
      '',
    ]);
    expect(out).toMatch(/^ {5}1 {2}2027-0[23]-\d\d \d\d:00:00 {2}Deny/);
    expect((await list('--profile', 'genea-2025', '--last', '3')).out).toContain('Access Denied - Invalid PIN');
  });

  it('lists the last ones as JSON for programs', async () => {
    await (await withEvents()).close();
    const { out } = await list('--json', '--last', '2');
    const [granted, other] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(granted).toEqual({
      epoch: expect.stringMatching(/^[0-9a-f]{16}$/),
      sequence: 2,
      time: '2027-03-01T06:00:00.000Z',
      timeTrusted: true,
      code: 'access.granted',
      text: 'Access Granted',
      person: 7,
      fields: {},
    });
    expect(other).toMatchObject({ sequence: 3, code: 'later.invented', text: 'later.invented' });
  });

  it('leaves out a damaged one, lists all others and counts it', async () => {
    await (await withEvents()).close();
    await records.close();
    const database = new DatabaseSync(join(at.dataDir, 'journal.db'));
    database.exec("UPDATE event SET value = x'00' WHERE key = 2");
    database.close();
    const { out, err } = await list();
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.trim().slice(0, 1)),
    ).toEqual(['1', '3']);
    expect(err).toBe('1 damaged event was left out.\n');
  });

  it('lists them while the reader holds the journal, from a process of its own, and disturbs nothing', async () => {
    const journal = await withEvents();
    const temporary = join(at.place, 'temporary');
    mkdirSync(temporary);
    const env = { ...process.env, TMPDIR: temporary };
    const { stdout } = await promisify(execFile)(process.execPath, [programFile, 'events', '--config', at.configFile], { env });
    expect(stdout.trim().split('\n')).toHaveLength(3);
    await journal.append({ code: 'access.granted', person: 8 });
    await journal.close();
    expect((await list()).out).toContain('person 8');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
