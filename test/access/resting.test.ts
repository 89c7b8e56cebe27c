/** Which resting light is shown where several facts would each have one. */
import { describe, expect, it } from 'vitest';
import { modes } from '../../src/access/mode.ts';
import { restingOf, type Standing } from '../../src/access/resting.ts';

const quiet: Standing = { mode: 'cardOrPin', isUnlocked: false, isWindowOpen: false, isLockedOut: false, isOffline: false };
const everything = { isUnlocked: true, isWindowOpen: true, isLockedOut: true, isOffline: true };

describe('the resting light', () => {
  it('is idle in every mode but locked while there is nothing to say', () => {
    for (const mode of modes) expect(restingOf({ ...quiet, mode })).toBe(mode === 'locked' ? 'locked' : 'idle');
  });

  it('says locked and unlocked before anything else', () => {
    expect(restingOf({ ...everything, mode: 'locked' })).toBe('locked');
    expect(restingOf({ ...everything, mode: 'unlocked' })).toBe('unlocked');
  });

  it('shows unlocked only once the strike is released', () => {
    expect(restingOf({ ...everything, mode: 'unlocked', isUnlocked: false })).toBe('idle');
  });

  it('says that a PIN is awaited before it says locked out or offline', () => {
    expect(restingOf({ ...everything, mode: 'cardAndPin' })).toBe('awaitingPin');
  });

  it('says locked out only where a PIN alone would open', () => {
    const lockedOut = { ...quiet, isLockedOut: true, isOffline: true };
    expect(restingOf({ ...lockedOut, mode: 'pinOnly' })).toBe('lockedOut');
    expect(restingOf({ ...lockedOut, mode: 'cardOrPin' })).toBe('lockedOut');
    expect(restingOf({ ...lockedOut, mode: 'cardAndPin' })).toBe('offline');
    expect(restingOf({ ...lockedOut, mode: 'cardOnly' })).toBe('offline');
  });
});
