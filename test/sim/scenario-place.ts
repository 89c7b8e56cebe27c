/** A directory to put stories in, and the command that runs them, in this process. It checks nothing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type RunOptions, runFiles } from '../../sim/scenarios/run-files.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Half a second passes between any two looks at the clock. */
export const runStories = async (targets: readonly string[], options: RunOptions = {}): Promise<Ran> => {
  let [out, err, nowMs] = ['', '', 0];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    nowMs: () => {
      nowMs += 500;
      return nowMs;
    },
  };
  const code = await runFiles(targets, options, io);
  return { code, out, err };
};

export class StoryPlace {
  path = '';

  constructor() {
    beforeEach(() => {
      this.path = mkdtempSync(join(tmpdir(), 'doorpad-stories-'));
    });
    afterEach(() => rmSync(this.path, { recursive: true, force: true }));
  }

  write(name: string, text: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  /** What was printed, without where it was run. */
  clean(text: string): string {
    return text.replaceAll(`${this.path}/`, '');
  }
}

/** A story of Ann at a pinOnly door. */
export const storyOf = (steps: string): string => `# Why this story is told.
story = "Ann comes home"

reader.mode = "pinOnly"
people.Ann = { pin = "0417", cards = ["A"] }

steps = '''
${steps}
'''
`;
