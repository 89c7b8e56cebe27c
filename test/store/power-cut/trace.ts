/**
 * Runs the child under strace and reads from the trace what it did to its directory, in order, bytes included, and what it
 * was told. What a power cut would leave of that is disk-image.ts's.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../../../src/shared/assert.ts';
import { reserveBytes } from '../../../src/store/space-reserve.ts';
import type { StoreName } from './steps.ts';

export type Operation =
  | { readonly kind: 'create' | 'unlink'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  /** Of a file, or, with the empty path, of the directory. */
  | { readonly kind: 'sync' | 'failedSync'; readonly path: string }
  | { readonly kind: 'mark'; readonly word: 'asked' | 'told' | 'refused' | 'failed'; readonly store: StoreName; readonly step: number };

/** A sentence when the tool is missing; undefined when it is there. */
export const whyNoTrace = (): string | undefined =>
  spawnSync('strace', ['--version']).status === 0
    ? undefined
    : 'strace is not installed, and power cuts are replayed from its traces: apt-get install strace';

const longestString = 100_000;
const calls = 'openat,pwrite64,write,ftruncate,fsync,fdatasync,rename,unlink,unlinkat';
/** What would show that the trace misses something: no store may use these. */
const unreadable = 'pwritev,pwritev2,writev,fallocate,copy_file_range,sendfile,renameat,renameat2,truncate,sync_file_range,msync';

/** `plantedFault`: see weaken.ts. `inject`: see strace(1). */
export const runTraced = async (parent: string, { plantedFault = '', inject = [] as readonly string[] } = {}): Promise<readonly Operation[]> => {
  const directory = join(parent, 'state');
  mkdirSync(directory, { mode: 0o700 });
  // Held already: its four megabytes of zeros would only be noise.
  writeFileSync(join(directory, 'journal.reserve'), new Uint8Array(reserveBytes), { mode: 0o600 });
  const [trace, marks] = [join(parent, 'trace'), join(parent, 'marks')];
  const [weaken, child] = [new URL('./weaken.ts', import.meta.url), new URL('./child.ts', import.meta.url)].map((url) => fileURLToPath(url)) as [
    string,
    string,
  ];
  const tracing = ['-f', '--seccomp-bpf', '-y', '-xx', '-s', String(longestString), '-e', `trace=${calls},${unreadable}`, '-o', trace];
  const injecting = inject.flatMap((rule) => ['-e', `inject=${rule}`]);
  await ended('strace', [...tracing, ...injecting, process.execPath, '--import', weaken, child, directory, marks], plantedFault);
  const lines = readFileSync(trace, 'latin1');
  assert(inject.length === 0 || lines.includes('(INJECTED)'), 'the call that was to fail never came');
  return operationsIn(lines, directory, marks);
};

const ended = (command: string, values: readonly string[], plantedFault: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, values, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PLANTED_FAULT: plantedFault } });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the child ended with ${code}: ${complaints}`))));
  });

interface Call {
  readonly name: string;
  readonly values: string;
  readonly result: string;
}

/** Whole calls in the order in which they ended: another thread may have cut one in two lines. */
function* callsIn(trace: string): Generator<Call> {
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const thread = line.slice(0, line.indexOf(' '));
    const rest = line.slice(thread.length).trimStart();
    const [, before] = /^(.*) <unfinished \.\.\.>$/.exec(rest) ?? [];
    if (before !== undefined) {
      begun.set(thread, before);
      continue;
    }
    const [, after] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const whole = after === undefined ? rest : `${begun.get(thread)}${after}`;
    const [, name, values, result] = /^(\w+)\((.*)\)\s+= (.*)$/.exec(whole) ?? [];
    if (name !== undefined && values !== undefined && result !== undefined) yield { name, values, result };
  }
}

const bytesIn = (escaped: string): Uint8Array => Uint8Array.from(Buffer.from(escaped.replaceAll('\\x', ''), 'hex'));
const textIn = (escaped: string): string => Buffer.from(bytesIn(escaped)).toString();

/** `21<\x2f…>` at the start of a call's values. */
const handleIn = (values: string): { handle: number; path: string; rest: string } | undefined => {
  const [whole, handle, path] = /^(\d+)<([^>]*)>(?:\(deleted\))?(?:, )?/.exec(values) ?? [];
  return whole === undefined || handle === undefined || path === undefined
    ? undefined
    : { handle: Number(handle), path: textIn(path), rest: values.slice(whole.length) };
};

const stringsIn = (values: string): readonly string[] => [...values.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');

const operationsIn = (trace: string, directory: string, marks: string): readonly Operation[] => {
  const operations: Operation[] = [];
  /** Where the next plain `write` of a handle goes. */
  const offsets = new Map<number, number>();
  const existing = new Set<string>();
  const inside = (path: string): string | undefined =>
    path === directory ? '' : path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : undefined;
  const isOurs = (path: string): boolean => inside(path) !== undefined && !path.endsWith('-shm');

  for (const { name, values, result } of callsIn(trace)) {
    const isSync = name === 'fsync' || name === 'fdatasync';
    if ((result.startsWith('-1') && !isSync) || result.startsWith('?')) continue;
    if (name === 'openat') {
      const opened = handleIn(result);
      if (opened === undefined || !isOurs(opened.path) || opened.path === directory) continue;
      offsets.set(opened.handle, 0);
      const path = inside(opened.path) as string;
      if (values.includes('O_CREAT') && !existing.has(path)) operations.push({ kind: 'create', path });
      else if (values.includes('O_TRUNC')) operations.push({ kind: 'truncate', path, size: 0 });
      existing.add(path);
      continue;
    }
    if (name === 'rename' || name === 'unlink' || name === 'unlinkat') {
      const [path = '', to = ''] = stringsIn(values).map((string) => textIn(string));
      if (!isOurs(path)) continue;
      const renamed = inside(to);
      existing.delete(inside(path) as string);
      if (name === 'rename' && renamed !== undefined) existing.add(renamed);
      operations.push(
        name === 'rename'
          ? { kind: 'rename', path: inside(path) as string, to: renamed as string }
          : { kind: 'unlink', path: inside(path) as string },
      );
      continue;
    }
    const used = handleIn(values);
    if (used === undefined) continue;
    if (used.path === marks) operations.push(markIn(textIn(stringsIn(used.rest)[0] ?? '')));
    if (!isOurs(used.path)) continue;
    const path = inside(used.path) as string;
    if (isSync) operations.push({ kind: result.startsWith('-1') ? 'failedSync' : 'sync', path });
    else if (name === 'ftruncate') operations.push({ kind: 'truncate', path, size: Number(used.rest) });
    else if (name === 'pwrite64' || name === 'write') {
      const bytes = bytesIn(stringsIn(used.rest)[0] ?? '').subarray(0, Number(result));
      const offset = name === 'write' ? (offsets.get(used.handle) ?? 0) : Number(used.rest.slice(used.rest.lastIndexOf(',') + 1));
      if (name === 'write') offsets.set(used.handle, offset + bytes.length);
      operations.push({ kind: 'write', path, offset, bytes });
    } else throw new Error(`a store used ${name}, which the rig cannot replay`);
  }
  return operations;
};

const markIn = (text: string): Operation => {
  const [word, store, step] = text.split(' ');
  return { kind: 'mark', word: word as 'asked', store: store as StoreName, step: Number(step) };
};
