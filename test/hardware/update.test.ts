/** Updates on a card that is a tree of files: who is refused, that nothing was written then, and what starts after power went at any moment. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failed } from '../../src/shared/result.ts';
import { type BootEnv, bootDefaults, bootEnvBytes, decodeBootEnv, encodeBootEnv } from '../../src/tools/boot-env.ts';
import { readCard, readUpdateState, updateKey } from '../../src/tools/update-card.ts';
import type { UpdateSource } from '../../src/tools/update-file.ts';
import { foreignKey, installed, UpdatePlace } from './update-place.ts';

let at: UpdatePlace;
beforeEach(() => {
  at = new UpdatePlace();
});
afterEach(() => at.remove());

describe('an update that is for this card', () => {
  it('is in the other slot, which starts first, and which was no slot to start while it was written', () => {
    const { file, slot } = at.update();
    const envs: BootEnv[] = [];
    const done = at.run(file, {
      setBoot: (env, put) => {
        envs.push(env);
        if (env.first === 'B') expect(at.otherSlot.equals(slot)).toBe(true);
        put(env);
      },
    });
    expect(done).toEqual({ ok: true, value: `release ${installed + 1} (0.2.0) is in slot B, which the next start tries, at most 3 times.` });
    expect(envs).toEqual([
      { first: 'A', left: { A: 3, B: 0 } },
      { first: 'B', left: { A: 3, B: 3 }, trial: 'B' },
    ]);
    expect(readUpdateState(at.root).tried).toEqual({ release: installed + 1, slot: 'B' });
    expect(at.said[0]).toContain('It goes into slot B; slot A goes on.');
  });

  it('goes into slot A when B runs', () => {
    const other = new UpdatePlace('B');
    try {
      expect(other.run(other.update().file).ok).toBe(true);
      expect(other.env).toEqual({ first: 'A', left: { A: 3, B: 3 }, trial: 'A' });
    } finally {
      other.remove();
    }
  });

  it('keeps what was wrong before it, so that it is not blamed for that', () => {
    at.put('run/doorpad/wrong', 'keypad line\n');
    at.run(at.update().file);
    expect(readUpdateState(at.root).before).toEqual(['keypad', 'line']);
  });
});

describe('an update is refused, with the remedy and nothing written,', () => {
  const refusal = (file: string, again = false): string => {
    const before = [at.otherSlot, readFileSync(join(at.root, 'boot/firmware/doorpad.env'))];
    const done = at.run(file, {}, again);
    const after = [at.otherSlot, readFileSync(join(at.root, 'boot/firmware/doorpad.env'))];
    for (const [index, bytes] of before.entries()) expect(after[index]?.equals(bytes)).toBe(true);
    expect(readUpdateState(at.root).tried?.slot).not.toBe('B');
    return done.ok ? 'TAKEN' : done.failure;
  };

  it('when somebody else signed it', () => {
    expect(refusal(at.update({}, foreignKey.privateKey).file)).toContain('not by the key of this card');
  });

  it('when its last piece is damaged, though head and table are in order', () => {
    const { file } = at.update();
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(refusal(file)).toContain('damaged or not whole');
  });

  it('when it is the release that runs, an older one, or one below the floor that another slot has left', () => {
    expect(refusal(at.update({ release: installed }).file)).toContain('already');
    expect(refusal(at.update({ release: installed - 1 }).file)).toContain(`none below ${installed}`);
    at.put('data/update/floor', `${installed + 5}\n`);
    expect(refusal(at.update({ release: installed + 4 }).file)).toContain(`none below ${installed + 5}`);
    expect(at.run(at.update({ release: installed + 5 }).file).ok).toBe(true);
  });

  it('below the release that runs also when /data was made anew', () => {
    at.put('data/update/floor', '');
    expect(refusal(at.update({ release: installed - 1 }).file)).toContain(`none below ${installed}`);
  });

  it('when it was tried here and did not come up well, unless it is asked for again', () => {
    const { file } = at.update();
    at.put('data/update/rolled-back', `${installed + 1}\n`);
    expect(refusal(file)).toContain('--again');
    expect(at.run(file, {}, true).ok).toBe(true);
  });

  it.each<[string, () => void]>([
    ['an attempt is missing', () => at.put('boot/firmware/doorpad.env', encodeBootEnv({ first: 'A', left: { A: 2, B: 3 } }))],
    ['it is on trial', () => at.put('data/update/tried', `${installed} A\n`)],
  ])('while the slot that runs is not marked good: %s', (_, plant) => {
    plant();
    expect(refusal(at.update().file)).toContain('not marked good so far');
  });

  it('when it is larger than the slot', () => {
    writeFileSync(at.card.otherDevice, Buffer.alloc(1 << 20, 7));
    expect(refusal(at.update().file)).toContain('larger than a slot');
  });
});

describe('when something goes wrong on the way,', () => {
  class PowerCut extends Error {}
  /** A source that is gone after so many reads. */
  const readsUntil = (most: number): ((source: UpdateSource) => UpdateSource) => {
    let reads = 0;
    return ({ bytes, read }) => ({
      bytes,
      read: (from, length) => {
        reads += 1;
        if (reads > most) throw new PowerCut();
        return read(from, length);
      },
    });
  };

  it('the slot that runs starts, unless all of the update is there: power cut at every read and before and after every change of what starts', () => {
    const { file, slot } = at.update();
    const outcomes = new Set<string>();
    const judge = (): void => {
      const { first, left } = at.env;
      const starts = left[first] > 0 ? first : first === 'A' ? 'B' : 'A';
      outcomes.add(starts);
      if (starts === 'B') expect(at.otherSlot.equals(slot)).toBe(true);
      // Whatever is half written is no slot to fall back to.
      if (!at.otherSlot.equals(slot) && !at.otherSlot.every((byte) => byte === 7)) expect(left.B).toBe(0);
      at.put('boot/firmware/doorpad.env', encodeBootEnv(bootDefaults));
      writeFileSync(at.card.otherDevice, Buffer.alloc(at.otherSlot.length, 7));
    };
    for (let most = 0; most < 24; most++) {
      try {
        at.run(file, { source: readsUntil(most) });
      } catch (thrown) {
        if (!(thrown instanceof PowerCut)) throw thrown;
      }
      judge();
    }
    for (const when of ['before', 'after'] as const)
      for (const which of ['A', 'B'] as const) {
        const setBoot = (env: BootEnv, put: (env: BootEnv) => void): void => {
          if (when === 'after' || env.first !== which) put(env);
          if (env.first === which) throw new PowerCut();
        };
        expect(() => at.run(file, { setBoot })).toThrow(PowerCut);
        judge();
      }
    expect([...outcomes].toSorted()).toEqual(['A', 'B']);
  });

  it('a stick whose bytes change after they were checked is noticed before they are written', () => {
    const { file } = at.update();
    let reads = 0;
    const changing = ({ bytes, read }: UpdateSource): UpdateSource => ({
      bytes,
      read: (from, length) => {
        const found = read(from, length);
        reads += 1;
        // Head, signature, table and four pieces are read once before the first is written.
        if (reads > 8) found.fill(0xff);
        return found;
      },
    });
    expect(at.run(file, { source: changing })).toEqual(failed(expect.stringContaining('damaged or not whole')));
    expect(at.env).toEqual({ first: 'A', left: { A: 3, B: 0 } });
    expect(at.otherSlot.includes(Buffer.alloc(64, 0xff))).toBe(false);
  });

  it('a card that gives back something else is not started from', () => {
    const forgetCached = (device: string): void => {
      const bytes = readFileSync(device);
      bytes[100] = 1;
      writeFileSync(device, bytes);
    };
    expect(at.run(at.update().file, { forgetCached })).toEqual(failed(expect.stringContaining('replace the card')));
    expect(at.env).toEqual({ first: 'A', left: { A: 3, B: 0 } });
    expect(readUpdateState(at.root).tried).toBeUndefined();
  });
});

describe('a card', () => {
  it('is none without a slot that U-Boot chose, or without a release', () => {
    at.put('proc/cmdline', 'root=/dev/sda1 ro\n');
    expect(readCard(at.root)).toBeUndefined();
    at.put('proc/cmdline', 'root=PARTUUID=6d0a7d01-02 doorpad.slot=A\n');
    at.put('usr/lib/doorpad/release', 'soon\n');
    expect(readCard(at.root)).toBeUndefined();
    expect(readCard(join(at.root, 'nowhere'))).toBeUndefined();
  });

  it('made without a key, or with another kind of key, takes no update', () => {
    expect(updateKey(at.root).ok).toBe(true);
    for (const pem of ['', 'no key']) {
      at.put('usr/lib/doorpad/update.pub', pem);
      expect(updateKey(at.root)).toEqual(failed(expect.stringContaining('--update-key')));
    }
  });
});

describe('what U-Boot counts with', () => {
  it('comes out as it went in, fits one sector, and means the defaults when any byte is damaged', () => {
    const env: BootEnv = { first: 'B', left: { A: 0, B: 2 }, trial: 'B' };
    const bytes = encodeBootEnv(env);
    expect(bytes).toHaveLength(bootEnvBytes);
    expect(decodeBootEnv(bytes)).toEqual(env);
    for (let place = 0; place < bytes.length; place++) {
      const damaged = Buffer.from(bytes);
      damaged[place] = (damaged[place] ?? 0) ^ 0x10;
      expect(decodeBootEnv(damaged)).toEqual(bootDefaults);
    }
    expect(decodeBootEnv(Buffer.alloc(0))).toEqual(bootDefaults);
  });

  it('is read as the tool of U-Boot writes it', () => {
    // mkenvimage -s 512, u-boot-tools of Debian: a CRC, the lines, two zeros, and the rest filled with ones.
    const made = Buffer.alloc(bootEnvBytes, 0xff);
    made.write('c1912080', 'hex');
    made.write('BOOT_ORDER=B A\0BOOT_A_LEFT=1\0BOOT_B_LEFT=2\0\0', 4, 'latin1');
    expect(decodeBootEnv(made)).toEqual({ first: 'B', left: { A: 1, B: 2 } });
  });
});
