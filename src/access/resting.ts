/** Which resting light a reader shows: the one fact that matters most to whoever stands before it. Pure. */
import type { Resting } from './feedback.ts';
import type { Mode } from './mode.ts';

export interface Standing {
  readonly mode: Mode;
  readonly isUnlocked: boolean;
  readonly isWindowOpen: boolean;
  /** PINs without a card wait. */
  readonly isLockedOut: boolean;
  /** A controller is expected and away. */
  readonly isOffline: boolean;
}

export const restingOf = ({ mode, isUnlocked, isWindowOpen, isLockedOut, isOffline }: Standing): Resting => {
  if (mode === 'locked') return 'locked';
  if (mode === 'unlocked') return isUnlocked ? 'unlocked' : 'idle';
  if (isWindowOpen) return 'awaitingPin';
  if (isLockedOut && (mode === 'pinOnly' || mode === 'cardOrPin')) return 'lockedOut';
  return isOffline ? 'offline' : 'idle';
};
