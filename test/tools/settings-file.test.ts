/** Files that people name, and the copy of the settings that a door ran with. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBounded } from '../../src/tools/bounded-file.ts';
import { keepSettings } from '../../src/tools/settings-file.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'doorpad-settings-'));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

describe('a file that a person names', () => {
  it('is read whole up to the limit, and refused beyond', () => {
    const path = join(place, 'file');
    writeFileSync(path, 'abc');
    expect(readBounded(path, 3)).toEqual({ ok: true, value: new TextEncoder().encode('abc') });
    expect(readBounded(path, 2)).toEqual({ ok: false, failure: 'The file is larger than 2 bytes.' });
  });

  it('may be a pipe that nobody writes to, which is refused and not waited for', () => {
    const path = join(place, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(readBounded(path, 10)).toEqual({ ok: false, failure: 'This is not a file.' });
  });

  it('may not be readable, with what the system says', () => {
    expect(readBounded(join(place, 'x'.repeat(300)), 10)).toEqual({ ok: false, failure: 'The file cannot be read: ENAMETOOLONG.' });
  });
});

describe('kept settings', () => {
  it('replace those before in one step and leave nothing beside them', () => {
    const path = join(place, 'last-good.toml');
    keepSettings(path, 'a');
    keepSettings(path, 'b');
    expect([readFileSync(path, 'utf8'), readdirSync(place)]).toEqual(['b', ['last-good.toml']]);
  });

  it('leave what was there when they cannot be written', () => {
    const path = join(place, 'directory');
    mkdirSync(join(path, 'full'), { recursive: true });
    expect(() => keepSettings(path, 'a')).toThrow();
    expect(readdirSync(place)).toEqual(['directory']);
  });
});
