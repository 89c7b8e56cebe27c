/** A card as a tree of files for tests of updates: slots of a few pieces, what U-Boot counts with, what /data keeps, and a key that signs. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Random } from '../../sim/random.ts';
import { failed, type Result } from '../../src/shared/result.ts';
import { type BootEnv, bootDefaults, decodeBootEnv, encodeBootEnv, type Slot } from '../../src/tools/boot-env.ts';
import { makeUpdate } from '../../src/tools/make-update.ts';
import { runUpdate } from '../../src/tools/update.ts';
import { type Card, readCard } from '../../src/tools/update-card.ts';
import { withSource } from '../../src/tools/update-disk.ts';
import { type Named, pieceBytes, type UpdateSource } from '../../src/tools/update-file.ts';

export const [key, foreignKey] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
export const pieces = 4;
export const installed = 1_000;

/** What may go wrong on the way. */
export interface Hooks {
  readonly source?: (source: UpdateSource) => UpdateSource;
  readonly setBoot?: (env: BootEnv, put: (env: BootEnv) => void) => void;
  readonly forgetCached?: (device: string) => void;
}

export class UpdatePlace {
  readonly root = mkdtempSync(join(tmpdir(), 'doorpad-update-'));
  readonly said: string[] = [];

  constructor(running: Slot = 'A') {
    this.put('proc/cmdline', `root=PARTUUID=6d0a7d01-0${running === 'A' ? 2 : 3} doorpad.slot=${running} ro quiet\n`);
    this.put('usr/lib/doorpad/release', `${installed} 0.1.0\n`);
    this.put('usr/lib/doorpad/update.pub', key.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    this.put('boot/firmware/doorpad.env', encodeBootEnv({ ...bootDefaults, first: running }));
    for (const number of ['02', '03']) this.put(`dev/disk/by-partuuid/6d0a7d01-${number}`, Buffer.alloc((pieces + 1) * pieceBytes, 7));
    mkdirSync(join(this.root, 'data/update'), { recursive: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  put(path: string, content: string | Buffer): string {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  get card(): Card {
    const card = readCard(this.root);
    if (card === undefined) throw new Error('this is no card');
    return card;
  }

  get env(): BootEnv {
    return decodeBootEnv(readFileSync(join(this.root, 'boot/firmware/doorpad.env')));
  }

  /** Of the slot that does not run, as far as an update reaches. */
  get otherSlot(): Buffer {
    return readFileSync(this.card.otherDevice).subarray(0, pieces * pieceBytes);
  }

  slotFile(seed: number): { readonly file: string; readonly bytes: Buffer } {
    const random = new Random(seed);
    // One piece of zeros, one that cannot be packed, the rest that can.
    const bytes = Buffer.alloc(pieces * pieceBytes, 'doorpad');
    bytes.fill(0, 0, pieceBytes);
    bytes.set(random.bytes(pieceBytes), pieceBytes);
    bytes.writeUInt32LE(seed, 3 * pieceBytes);
    return { file: this.put(`slot-${seed}`, bytes), bytes };
  }

  /** An update of that slot. */
  update(named: Partial<Named> = {}, signer: KeyObject = key.privateKey, seed = 1): { readonly file: string; readonly slot: Buffer } {
    const { file: slot, bytes } = this.slotFile(seed);
    const file = join(this.root, 'doorpad.update');
    const made = makeUpdate(slot, file, { release: installed + 1, version: '0.2.0', ...named }, signer);
    if (!made.ok) throw new Error(made.failure);
    return { file, slot: bytes };
  }

  run(file: string, { source: changed = (same) => same, setBoot, forgetCached }: Hooks = {}, again = false): Result<string, string> {
    const put = (env: BootEnv): void => void this.put('boot/firmware/doorpad.env', encodeBootEnv(env));
    const done = withSource(file, (source) =>
      runUpdate({
        card: this.card,
        key: key.publicKey,
        source: changed(source),
        again,
        setBoot: (env) => (setBoot === undefined ? put(env) : setBoot(env, put)),
        forgetCached: (device) => forgetCached?.(device),
        say: (sentence) => this.said.push(sentence),
      }),
    );
    return done.ok ? done : failed(typeof done.failure === 'string' ? done.failure : done.failure.sentence);
  }
}
