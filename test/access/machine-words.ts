/**
 * The names in the door's two machines, in the words of docs/state-diagrams.md: one phrase for each guard, delay and
 * action. A name without a phrase, or a phrase without a name, fails the test that writes the page.
 */

/** Goes after "if". A negated guard has a phrase of its own. */
export const guardWords: Readonly<Record<string, string>> = {
  isEighthDigit: 'it is the eighth digit',
  isIssuable: 'four or more digits are typed',
  isSecondStarInWindow: 'it is the second * in a window',
  followsAutoSubmit: 'an eighth digit submitted less than 2 s ago',
  hasWaiting: 'a presentation waits, and the last verdict was heard',
  hasPendingPin: 'a PIN submitted in time is still to be judged',
  wasNeverTried: 'no PIN was submitted',
  isLockedOut: 'a wait is left',
  isUnlocked: 'the mode is unlocked',
  leavesUnlocked: 'the new mode is not unlocked',
  opensWindow: 'it asks for the PIN, and the mode still does',
  wasDenied: 'it denies',
  isDenied: 'it denies',
  isTooLate: 'it says the PIN came too late',
  'not isLastTry': 'a try is left',
  isWarningDue: 'the window is longer than its warning',

  isAllowed: 'a release or a request to exit still counts',
  securesOnOpen: 'opening secures the strike (a setting)',
  releasesOnRex: 'REX releases the strike (a setting)',
};

/** Goes after the delay itself. */
export const delayWords: Readonly<Record<string, string>> = {
  interDigit: 'without a key',
  warningLeft: 'after the card read',
  windowLeft: 'after the card read',
  windowOver: 'after the end',
  answerLeft: 'after the presentation',
  decisionLimit: 'without an answer',
  lockoutLeft: 'of waiting',
  unlockedRenew: 'since the last release',
  unlockRetry: 'since it failed',
  heldOpen: 'since it was opened or last released',
};

export const actionWords: Readonly<Record<string, string>> = {
  signalKey: 'signals the key',
  signalPressHash: 'signals "press #"',
  signalWindowEnding: 'signals that the window is ending',
  signalWindowOver: 'signals that the window is over',
  tellHinted: 'tells `pin.hinted`',
  tellTimeout: 'tells `pin.timeout`',
  tellAbandoned: 'tells `pin.abandoned`',
  tellLockoutEnded: 'tells `lockout.ended`',
  tellNoVerdict: 'tells `decision.failed`',
  holdStrike: 'releases the strike for 4 s',
  secureStrike: 'secures the strike',
  takeDigit: 'takes the digit',
  clear: 'clears what is typed',
  clearByStar: 'clears what is typed, and remembers the *',
  noteAutoSubmit: 'remembers that it submitted by itself',
  forgetAutoSubmit: 'forgets that it submitted by itself',
  submit: 'puts the PIN among those that wait, or tells `submit.dropped`',
  presentCard: 'puts the card among those that wait, or tells `submit.dropped`',
  takeNext: 'takes the first that waits; a card raises `window.replaced`',
  noteVerdict: 'keeps the verdict',
  noteNoVerdict: 'takes it for denied',
  conclude: 'signals the verdict and raises `verdict`',
  forgetVerdict: 'forgets the verdict',
  openWindow: 'keeps the window',
  countTry: 'takes one try off',
  abandonWindow: 'raises `window.abandoned`',
  closeWindow: 'forgets the window',
  runOutWindow: 'forgets the window but for its end, and raises `window.ended`',
  noteLockout: 'keeps the wait',
  endLockout: 'forgets the wait',
  setMode: 'keeps the mode',

  noteRelease: 'keeps how long the release lasts',
  noteSecured: 'ends the release',
  noteRex: 'keeps that REX is pressed',
  noteRexFreed: 'lets REX count for a strike time more',
  noteOpened: 'keeps when it was opened',
  releaseStrike: 'releases the strike',
  tellRex: 'tells `rex.pressed`',
  tellForced: 'tells `door.forced`',
  tellHeldOpen: 'tells `door.heldOpen`',
  tellClosed: 'tells `door.closed`',
};
