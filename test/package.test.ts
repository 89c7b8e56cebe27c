/** The package as others install it: packed, unpacked, imported and type-checked from outside, and the example of its page. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const place = mkdtempSync(join(tmpdir(), 'doorpad-package-'));
const installed = join(place, 'node_modules', 'doorpad');

/** What stands in the page's fence of this kind. */
const fenced = (page: string, kind: string): string => page.split(`\`\`\`${kind}\n`)[1]?.split('\n```')[0] ?? '';

beforeAll(async () => {
  const { stdout } = await run('npm', ['run', '--silent', 'package', '--', '--json', '--silent', '--pack-destination', place], { cwd: root });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(place, filename), '--strip-components=1', '-C', installed]);
  // What npm would install beside it.
  for (const name of Object.keys(packageFile.dependencies)) {
    mkdirSync(join(place, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(place, 'node_modules', name));
  }
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what runs and its types, and neither tests nor sources', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files).toContain(join('dist', 'src', 'osdp', 'index.js'));
    expect(files).toContain(join('dist', 'src', 'osdp', 'index.d.ts'));
    expect(files.filter((name) => /(?:^|\/)(?:test|sim)\//.test(name) || (name.endsWith('.ts') && !name.endsWith('.d.ts')))).toEqual([]);
  });

  it('runs the example of its page, to its end', async () => {
    const example = fenced(readFileSync(join(installed, 'src', 'osdp', 'README.md'), 'utf8'), 'js');
    writeFileSync(join(place, 'example.mjs'), example);
    const { stdout } = await run(process.execPath, [join(place, 'example.mjs')], { cwd: place });
    expect(stdout.trim().split('\n')).toEqual([
      'reader: online',
      'reader: session.opened',
      'controller: reader 1 is there, secure',
      'controller: raw came up',
    ]);
  });

  it('runs the example of its page that reads a recording', async () => {
    writeFileSync(join(place, 'capture.mjs'), fenced(readFileSync(join(installed, 'src', 'osdp', 'README.md'), 'utf8'), 'mjs'));
    const { stdout } = await run(process.execPath, [join(place, 'capture.mjs')], { cwd: place });
    expect(stdout).toBe('clear poll\n');
  });

  it('has the pages that its help and its page point to', async () => {
    const { stdout } = await run(process.execPath, [join(installed, packageFile.bin.doorpad), 'find', '--help']);
    const page = /More: (docs\/\S+\.md)\./.exec(stdout)?.[1] ?? '';
    expect(readFileSync(join(installed, page), 'utf8')).toContain('doorpad find');
  });

  it('has types that a strict program in TypeScript can use', async () => {
    writeFileSync(
      join(place, 'use.ts'),
      `import { NodeCrypto } from 'doorpad/node-crypto';
       import { type CommandPayload, decodeFrame, Framer, PdSecureChannel } from 'doorpad/osdp';
       export const comset: CommandPayload<'comset'> = { address: 1, baudRate: 9600 };
       export const channel = new PdSecureChannel(new NodeCrypto());
       new Framer({ frame: ({ code }) => void code.toFixed(), dropped: (reason) => void reason.length });
       // @ts-expect-error a frame is bytes
       decodeFrame('53');\n`,
    );
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
    await expect(run(join(root, 'node_modules', '.bin', 'tsc'), [...options, 'use.ts'], { cwd: place })).resolves.toBeDefined();
  });

  it('has the program, which says its version', async () => {
    const { stdout } = await run(process.execPath, [join(installed, packageFile.bin.doorpad), 'version']);
    expect(stdout).toBe(`doorpad ${packageFile.version}\n`);
  });
});
