/** Storms of keys and cards, and keys that stay down. */
import { describe, expect, it } from 'vitest';
import { cardGate, FloodGate, keyGate, stormQuietMs } from '../../src/access/flood-gate.ts';
import { HeldKeys, stuckKeyMs } from '../../src/access/held-keys.ts';

describe('a flood gate', () => {
  it('lets four pasted PINs through at once', () => {
    const gate = new FloodGate(keyGate);
    expect(Array.from({ length: 32 }, () => gate.enter(0))).toEqual(Array(32).fill('pass'));
    expect(gate.enter(0)).toBe('dropAndReport');
  });

  it('lets 15 keys a second through for ever', () => {
    const gate = new FloodGate(keyGate);
    for (let n = 0; n < 10_000; n += 1) expect(gate.enter((n * 1000) / 15)).toBe('pass');
  });

  it('cuts 1,000 keys a second for a minute down to 20 a second, and reports it once', () => {
    const gate = new FloodGate(keyGate);
    const passages = Array.from({ length: 60_000 }, (_, ms) => gate.enter(ms));
    expect(passages.filter((passage) => passage === 'pass').length).toBeLessThanOrEqual(32 + 60 * 20);
    expect(passages.filter((passage) => passage === 'dropAndReport')).toHaveLength(1);
  });

  it('reports the next storm anew after a quiet time', () => {
    const gate = new FloodGate(cardGate);
    const storm = (atMs: number) => Array.from({ length: 20 }, () => gate.enter(atMs));
    expect(storm(0)).toContain('dropAndReport');
    expect(storm(stormQuietMs - 1)).not.toContain('dropAndReport');
    expect(storm(3 * stormQuietMs)).toContain('dropAndReport');
  });
});

describe('held keys', () => {
  it('count as one press until they are released', () => {
    const keys = new HeldKeys();
    expect(keys.pressed('5', 0)).toBe(true);
    expect(keys.pressed('5', 10)).toBe(false);
    expect(keys.released('5')).toBe(false);
    expect(keys.pressed('5', 20)).toBe(true);
  });

  it('are stuck after 30 s, said once, and free again with their release', () => {
    const keys = new HeldKeys();
    keys.pressed('5', 0);
    keys.pressed('6', 1000);
    expect(keys.nextDueMs).toBe(stuckKeyMs);
    expect(keys.stuck(stuckKeyMs - 1)).toEqual([]);
    expect(keys.stuck(stuckKeyMs)).toEqual(['5']);
    expect(keys.stuck(stuckKeyMs + 1)).toEqual([]);
    expect(keys.nextDueMs).toBe(stuckKeyMs + 1000);
    expect(keys.stuck(stuckKeyMs + 1000)).toEqual(['6']);
    expect(keys.nextDueMs).toBeUndefined();
    expect(keys.released('5')).toBe(true);
  });

  it('are forgotten with the keypad, and a release nobody pressed is nothing', () => {
    const keys = new HeldKeys();
    keys.pressed('5', 0);
    keys.releaseAll();
    expect(keys.nextDueMs).toBeUndefined();
    expect(keys.released('5')).toBe(false);
  });
});
