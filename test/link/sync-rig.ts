/** The sink of the table files by itself, in virtual time, and what it said. Which table stands behind it is the test's. */
import type { VirtualClock } from '../../sim/virtual-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { FileSync } from '../../src/link/file-sync.ts';
import type { Outcome } from '../../src/link/messages.ts';
import { TableIntake, type TableIntakeParts } from '../../src/link/table-intake.ts';

const crypto = new NodeCrypto();

export const syncRig = (clock: VirtualClock, parts: Pick<TableIntakeParts, 'table' | 'trust'> & Partial<TableIntakeParts>) => {
  const ends: Outcome[] = [];
  const events: string[] = [];
  const intake = new TableIntake({
    crypto,
    seen: () => ({ version: 0, revocation: 0 }),
    applied: () => undefined,
    ended: (outcome) => void ends.push(outcome),
    tell: ({ code, fields }) => void events.push(`${code} ${String(fields?.reason ?? '')}`.trim()),
    ...parts,
  });
  const sync = new FileSync(clock, intake);
  return { sync, ends, events };
};
