/** What a reader is sent next, and what is an alarm, for everything it may say of its table. */
import { describe, expect, it } from 'vitest';
import { decideTable, maxDeltaChanges, type TableKnowledge } from '../../../sim/controller/next-table.ts';
import type { TableStatus } from '../../../src/link/messages.ts';
import { crypto } from './rig.ts';

const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const edition = (version: number, fill: number, baseVersion = 0): NonNullable<TableKnowledge['inForce']> => ({
  state: { version, contentHash: hash(fill), persons: 1, credentials: 1, revocation: 0 },
  throughChange: version,
  baseVersion,
});
const said = (also: Partial<TableStatus> = {}): TableStatus => ({
  page: 'table',
  format: 1,
  version: 2,
  revocation: 0,
  contentHash: hash(2),
  persons: 1,
  stagedHeaderHash: hash(0),
  stagedBytes: 0,
  orderNumber: 0,
  isKeyed: true,
  isDamaged: false,
  isReadOnly: false,
  ...also,
});
const counting = (count: number | undefined) => (): number | undefined => count;
const known = (also: Partial<TableKnowledge> = {}): TableKnowledge => ({
  stand: { change: 3, revocation: 0 },
  inForce: edition(2, 2),
  outgoing: undefined,
  changeCount: counting(1),
  isSame: (left, right) => crypto.isEqual(left, right),
  ...also,
});

const steps = [
  ['a delta from what it has', {}, {}, { kind: 'delta', base: edition(2, 2) }],
  ['nothing when it has everything', {}, { changeCount: counting(0) }, { kind: 'nothing' }],
  ['a snapshot when changes are forgotten', {}, { changeCount: counting(undefined) }, { kind: 'snapshot' }],
  ['a snapshot when it is far behind', {}, { changeCount: counting(maxDeltaChanges + 1) }, { kind: 'snapshot' }],
  ['a snapshot when what it has is not ours', { contentHash: hash(9) }, {}, { kind: 'snapshot' }],
  ['a snapshot when it is damaged', { isDamaged: true }, {}, { kind: 'snapshot' }],
  ['the file that was begun', {}, { outgoing: { edition: edition(3, 3, 2), headerHash: hash(8), bytes: 500 } }, { kind: 'send', firstOffset: 0 }],
  [
    'the rest of the file that it has begun',
    { stagedHeaderHash: hash(8), stagedBytes: 300 },
    { outgoing: { edition: edition(3, 3, 2), headerHash: hash(8), bytes: 500 } },
    { kind: 'send', firstOffset: 300 },
  ],
  [
    'the whole file again when it has all of it and did nothing with it',
    { stagedHeaderHash: hash(8), stagedBytes: 500 },
    { outgoing: { edition: edition(3, 3, 2), headerHash: hash(8), bytes: 500 } },
    { kind: 'send', firstOffset: 0 },
  ],
  [
    'a new delta when the one begun is on another base',
    {},
    { outgoing: { edition: edition(3, 3, 1), headerHash: hash(8), bytes: 500 } },
    { kind: 'delta', base: edition(2, 2) },
  ],
  [
    'a snapshot when it is damaged and a delta was begun',
    { isDamaged: true },
    { outgoing: { edition: edition(3, 3, 2), headerHash: hash(8), bytes: 500 } },
    { kind: 'snapshot' },
  ],
] as const;

const alarmsByWord = [
  ['nothing, when it is one of ours', {}, {}, []],
  ['that a table is lost', { version: 0, contentHash: hash(0) }, {}, ['table.lost']],
  ['nothing, when there never was one', { version: 0, contentHash: hash(0) }, { inForce: undefined }, []],
  ['that it is older', { version: 1, contentHash: hash(1) }, {}, ['table.rolledBack']],
  ['that it is another', { contentHash: hash(9) }, {}, ['table.diverged']],
  ['that it is newer', { version: 9, contentHash: hash(9) }, {}, ['table.ahead']],
  ['that it is newer than a database without memory', { version: 9, contentHash: hash(9) }, { inForce: undefined }, ['table.ahead']],
  [
    'that it is another, also while a file is on its way',
    { contentHash: hash(9) },
    { outgoing: { edition: edition(3, 3, 2), headerHash: hash(8), bytes: 500 } },
    ['table.diverged'],
  ],
] as const;

describe('what a reader needs next', () => {
  it.each(steps)('is %s', (_, says, knows, step) => {
    expect(decideTable(said(says), known(knows)).step).toEqual(step);
  });

  it.each(alarmsByWord)('alarms %s', (_, says, knows, alarms) => {
    expect(decideTable(said(says), known(knows)).alarms).toEqual(alarms);
  });
});
