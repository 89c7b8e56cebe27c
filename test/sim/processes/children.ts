/**
 * The two ends of a line as processes of their own, on a cable of socat's, with a site, keys and people on a disk that outlives them. Judges
 * nothing but that what must come comes within a deadline.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { PtyPair } from '../../../sim/line/pty.ts';
import { NodeCrypto } from '../../../src/drivers/node-crypto.ts';
import { present } from '../../../src/shared/assert.ts';
import { type SiteKeys, writeSiteKeys } from '../../../src/tools/key-store.ts';
import { provision, readSite } from '../../../src/tools/provision-site.ts';

/** Far more than anything here takes, in real milliseconds. */
const deadlineMs = 45_000;
export const simFile = join(import.meta.dirname, '..', '..', '..', 'sim', 'main.ts');

/** One process, from its start to its end. */
export class Child {
  out = '';
  err = '';
  isRunning = true;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly #process: ChildProcess;
  readonly #news = new EventEmitter();

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv, cwd?: string) {
    this.#process = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env }, cwd });
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
      this.#news.emit('news');
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    // What is typed at a process that was killed is lost.
    this.#process.stdin?.on('error', () => undefined);
    this.ended = once(this.#process, 'close').then(([code, signal]) => {
      this.isRunning = false;
      this.#news.emit('news');
      return { code: code as number | null, signal: signal as string | null };
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  type(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** The first line like this behind `from` characters of output, with its end. Rejects when the process ends without it. */
  async says(pattern: RegExp, from = 0): Promise<{ readonly line: string; readonly end: number; readonly atMs: number }> {
    const signal = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const found = pattern.exec(this.out.slice(from));
      if (found !== null) {
        const at = from + found.index;
        const lineStart = this.out.lastIndexOf('\n', at) + 1;
        const end = this.out.indexOf('\n', at) + 1 || this.out.length;
        const line = this.out.slice(lineStart, end);
        return { line, end, atMs: Date.parse(line.slice(0, 24)) };
      }
      if (!this.isRunning) throw new Error(`it ended without ${pattern}: ${this.err}${this.out}`);
      await once(this.#news, 'news', { signal }).catch(() => {
        throw new Error(`${pattern} did not come: ${this.err}${this.out}`);
      });
    }
  }

  async end(signal: NodeJS.Signals): Promise<Awaited<Child['ended']>> {
    this.#process.kill(signal);
    return this.ended;
  }

  async quit(): Promise<Awaited<Child['ended']>> {
    this.type('quit');
    return this.ended;
  }
}

const address = 1;

/** A site of one reader, its people, and a cable. */
export class ProcessPlace {
  readonly folder: string;
  readonly data: string;
  readonly site: string;
  readonly people: string;
  readonly settings: string;
  readonly cable: PtyPair;
  readonly #children: Child[] = [];
  #keys: SiteKeys | undefined;

  /** All of it is in a new folder in `parent`. */
  constructor(parent = tmpdir()) {
    this.folder = mkdtempSync(join(parent, 'doorpad-ends-'));
    this.data = join(this.folder, 'door');
    this.site = join(this.folder, 'site');
    this.people = join(this.folder, 'people.csv');
    this.settings = join(this.folder, 'doorpad.toml');
    this.cable = new PtyPair(this.folder);
  }

  /** `csv`: the people file. `settings`: more lines of the reader's. */
  async prepare(csv: string, settings = ''): Promise<void> {
    const crypto = new NodeCrypto();
    writeFileSync(this.people, csv);
    const reader = `[reader]\nname = "Gate"\nmode = "cardOrPin"\n[door]\nstrike = "relay"\n`;
    writeFileSync(this.settings, `${reader}[line]\nport = "${this.cable.near}"\naddress = ${address}\nbaudRate = 115200\n${settings}`);
    const made = await provision(this.site, [{ name: 'Gate', address, serial: undefined }], { crypto, isRenewing: false });
    if (!made.ok) throw new Error(made.failure.join('\n'));
    const site = readSite(this.site);
    this.#keys = site.ok ? site.value?.readers[0]?.keys : undefined;
    mkdirSync(this.data, { mode: 0o700 });
    writeSiteKeys(this.data, this.keys);
    await this.cable.plugIn();
  }

  get keys(): SiteKeys {
    return present(this.#keys, 'the site was made');
  }

  reader(): Child {
    return this.start([simFile, 'reader', '--port', this.cable.near, '--data', this.data, '--config', this.settings]);
  }

  /** `program`: another that takes the same arguments. */
  controller(program = simFile, ...more: readonly string[]): Child {
    const baud = ['--baud', '115200'];
    return this.start([program, 'controller', '--port', this.cable.far, '--site', this.site, '--people', this.people, ...baud, ...more]);
  }

  /** Ends what still runs, and leaves nothing behind. */
  async dispose(): Promise<void> {
    await Promise.all(this.#children.filter(({ isRunning }) => isRunning).map((child) => child.end('SIGKILL')));
    await this.cable.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** In the folder of this place. */
  start(argv: readonly string[]): Child {
    const child = new Child(argv, { NODE_COMPILE_CACHE: join(this.folder, 'compiled') }, this.folder);
    this.#children.push(child);
    return child;
  }
}
