/** The sink of the table files by itself, in virtual time, and what it said. Which table stands behind it is the test's. */
import type { VirtualClock } from '../../sim/virtual-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { Outcome } from '../../src/link/messages.ts';
import { TableSync, type TableSyncParts } from '../../src/link/table-sync.ts';

const crypto = new NodeCrypto();

export const syncRig = (clock: VirtualClock, parts: Pick<TableSyncParts, 'table' | 'trust'> & Partial<TableSyncParts>) => {
  const ends: Outcome[] = [];
  const events: string[] = [];
  const sync = new TableSync({
    clock,
    crypto,
    seen: () => ({ version: 0, revocation: 0 }),
    applied: () => undefined,
    ended: (outcome) => void ends.push(outcome),
    tell: ({ code, fields }) => void events.push(`${code} ${String(fields?.reason ?? '')}`.trim()),
    ...parts,
  });
  return { sync, ends, events };
};
