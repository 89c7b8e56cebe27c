/** Every state of a shared access against everything that may happen to it. */
import { describe, expect, it } from 'vitest';
import {
  afterTrigger,
  type BookingPhase,
  dueTrigger,
  isFinal,
  phaseOf,
  type SharedTrigger,
  standsInTables,
} from '../../../../sim/controller/rules/shared-access.ts';

const states = ['pending', 'active', 'lockedAuto', 'lockedManual', 'expired', 'revoked'] as const;
const triggers = ['starts', 'postponed', 'ends', 'cancelled', 'overdue', 'paid', 'lock', 'restore', 'revoke', 'regenerate'] as const;

const said = (state: (typeof states)[number], trigger: SharedTrigger, phase: BookingPhase): string => {
  const next = afterTrigger(state, trigger, phase);
  return next.ok ? next.value.state : next.failure;
};

describe('a shared access', () => {
  it('goes from each state by each trigger where the table says', () => {
    const table = states.map((state) => [state.padEnd(13), ...triggers.map((trigger) => said(state, trigger, 'running').padEnd(13))].join(''));
    expect(['', ...triggers].map((trigger) => trigger.padEnd(13)).join('')).toMatchInlineSnapshot(
      `"             starts       postponed    ends         cancelled    overdue      paid         lock         restore      revoke       regenerate   "`,
    );
    expect(table).toMatchInlineSnapshot(`
      [
        "pending      active       noChange     expired      revoked      lockedAuto   noChange     lockedManual noChange     revoked      pending      ",
        "active       noChange     pending      expired      revoked      lockedAuto   noChange     lockedManual noChange     revoked      active       ",
        "lockedAuto   noChange     noChange     expired      revoked      noChange     active       lockedManual active       revoked      lockedAuto   ",
        "lockedManual noChange     noChange     expired      revoked      noChange     noChange     noChange     active       revoked      lockedManual ",
        "expired      isOver       isOver       isOver       isOver       isOver       isOver       isOver       isOver       isOver       isOver       ",
        "revoked      isOver       isOver       isOver       isOver       isOver       isOver       isOver       isOver       isOver       isOver       ",
      ]
    `);
  });

  it.each([
    ['lockedAuto', 'paid'],
    ['lockedAuto', 'restore'],
    ['lockedManual', 'restore'],
  ] as const)('that was %s waits for its booking again after: %s', (state, trigger) => {
    expect(said(state, trigger, 'upcoming')).toBe('pending');
    expect(said(state, trigger, 'running')).toBe('active');
  });

  it('stays locked by hand whatever is paid', () => {
    expect(said('lockedManual', 'paid', 'running')).toBe('noChange');
    expect(said('lockedManual', 'overdue', 'running')).toBe('noChange');
  });

  it('has a word for its history, whatever changes it', () => {
    const what = triggers.map((trigger) => {
      const next = states.map((state) => afterTrigger(state, trigger, 'running')).find(({ ok }) => ok);
      return next?.ok === true ? next.value.what : '';
    });
    expect(what).toEqual([
      'Auto Grant',
      'Auto Pending',
      'Auto Expire',
      'Auto Revoke',
      'Auto Lock',
      'Auto Restore',
      'Manual Lock',
      'Manual Restore',
      'Manual Revoke',
      'Regenerate',
    ]);
  });

  it('stands in tables until it is locked, and never again after its end', () => {
    expect(states.filter(standsInTables)).toEqual(['pending', 'active']);
    expect(states.filter(isFinal)).toEqual(['expired', 'revoked']);
    for (const state of states.filter(isFinal)) for (const trigger of triggers) expect(said(state, trigger, 'running')).toBe('isOver');
  });
});

describe('the clock', () => {
  const booking = { fromMs: 1_000, untilMs: 2_000, cancelledMs: undefined };

  it.each([
    [999, 'upcoming'],
    [1_000, 'running'],
    [1_999, 'running'],
    [2_000, 'over'],
  ] as const)('has the booking at %i ms as %s', (nowMs, phase) => {
    expect(phaseOf(booking, nowMs)).toBe(phase);
    expect(phaseOf({ ...booking, cancelledMs: 0 }, nowMs)).toBe('cancelled');
  });

  it('starts what is pending, stops what was postponed, and ends all that has not ended', () => {
    const due = (phase: BookingPhase) => states.map((state) => dueTrigger(state, phase));
    expect(due('upcoming')).toEqual([undefined, 'postponed', undefined, undefined, undefined, undefined]);
    expect(due('running')).toEqual(['starts', undefined, undefined, undefined, undefined, undefined]);
    expect(due('over')).toEqual(['ends', 'ends', 'ends', 'ends', undefined, undefined]);
    expect(due('cancelled')).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled', undefined, undefined]);
  });

  it('asks nothing more once its trigger was followed', () => {
    for (const phase of ['upcoming', 'running', 'over', 'cancelled'] as const)
      for (const state of states) {
        const trigger = dueTrigger(state, phase);
        const next = trigger === undefined ? undefined : afterTrigger(state, trigger, phase);
        if (next?.ok === true) expect(dueTrigger(next.value.state, phase)).toBeUndefined();
      }
  });
});
