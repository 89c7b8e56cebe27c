/** Every story in sim/scenarios, played as `npm run sim -- run` plays it. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../sim/exit-codes.ts';
import { runStories } from './scenario-place.ts';

const root = join(import.meta.dirname, '..', '..');
const directory = join(root, 'sim', 'scenarios');
const files = readdirSync(directory).filter((name) => name.endsWith('.toml'));

describe('a story that comes along', () => {
  it.each(files)('is as told: %s', async (name) => {
    const { code, out, err } = await runStories([join(directory, name)], { quiet: true });
    expect(`${out.replace(/^1 story: 1 as told.*\n/, '')}${err}`).toBe('');
    expect(code).toBe(exitCodes.done);
  });

  it('is one of at least fifteen, and all are found by naming their directory', async () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
    const { out } = await runStories([relative(process.cwd(), directory)]);
    expect(out).toContain(`${files.length} stories: ${files.length} as told`);
  });
});
