/** Address and rate that were set over the line: on disk before they count, and in force until somebody changes the settings file. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lineSettingsKeeper, readLineSettings } from '../../src/tools/line-settings.ts';

const file = { address: 1, baudRate: 9_600 } as const;
const set = { address: 7, baudRate: 115_200 } as const;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doorpad-line-settings-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** For a busy machine. */
const patience = { timeout: 10_000 };
const told: string[] = [];
const keep = async (place = directory): Promise<string> => {
  told.length = 0;
  const keeper = lineSettingsKeeper(place, file, (sentence) => told.push(sentence));
  expect([keeper(set), keeper({ ...set })]).toEqual(['later', 'later']);
  return vi.waitFor(() => {
    const kept = keeper({ ...set });
    if (kept === 'later') throw new Error('not yet');
    return kept;
  }, patience);
};

describe('address and rate of the line', () => {
  it('are those of the settings file until others are set', () => {
    expect(readLineSettings(directory, file)).toEqual({ ok: true, value: file });
  });

  it('are kept in a private file when they are set over the line', async () => {
    expect(await keep()).toBe('kept');
    expect(readLineSettings(directory, file)).toEqual({ ok: true, value: set });
    expect(statSync(join(directory, 'line.json')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(directory, 'line.json'), 'utf8'))).toEqual({ format: 1, file, set });
  });

  it.each([
    ['address', { address: 2, baudRate: 9_600 }],
    ['rate', { address: 1, baudRate: 38_400 }],
  ] as const)('are those of the settings file again once somebody changes its %s', async (_, changed) => {
    await keep();
    expect(readLineSettings(directory, changed)).toEqual({ ok: true, value: changed });
  });

  it('say why they could not be kept, and stay as they were', async () => {
    expect(await keep(join(directory, 'none'))).toBe('failed');
    expect(told).toEqual(['The address and the rate of the line could not be kept: ENOENT.']);
    expect(readLineSettings(join(directory, 'none'), file)).toEqual({ ok: true, value: file });
  });

  it.each(['', '{', '{"format":1}', `{"format":1,"file":{"address":1,"baudRate":9600},"set":{"address":127,"baudRate":9600}}`])(
    'that are damaged are refused: %j',
    (text) => {
      writeFileSync(join(directory, 'line.json'), text, { mode: 0o600 });
      expect(readLineSettings(directory, file)).toMatchObject({ ok: false, failure: expect.stringContaining('line.json is damaged') });
    },
  );
});
