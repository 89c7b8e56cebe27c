/**
 * What a reader needs next, from what it says of its table and what its controller knows. Pure: decides, and does nothing; who sends is
 * table-keeper.ts's. What the reader says is believed as to what it has, never as to what it should have.
 */
import type { TableStatus } from '../../src/link/messages.ts';
import { formatVersion } from '../../src/table/header.ts';
import type { Stand } from './people-store.ts';
import type { Edition } from './site-store.ts';

/** Longest way back that a delta goes; further, a snapshot costs less. */
export const maxDeltaChanges = 2_000;

export type TableAlarm =
  | 'table.notKeyed'
  /** It takes no file of the format this program writes. */
  | 'table.wrongFormat'
  | 'table.readOnly'
  | 'table.damaged'
  /** It had a table, and has none. */
  | 'table.lost'
  /** It has an older one than it had (SECURITY C10). */
  | 'table.rolledBack'
  /** It has the version it should have, with other content (SECURITY C16). */
  | 'table.diverged'
  /** It has a newer one than was ever made here: this database is an old copy, or somebody else signs tables. */
  | 'table.ahead';

export interface TableKnowledge {
  readonly stand: Stand;
  /** What was last seen in force there. */
  readonly inForce: Edition | undefined;
  readonly outgoing: { readonly edition: Edition; readonly headerHash: Uint8Array; readonly bytes: number } | undefined;
  /** Changes of people above what is in force, or undefined when they are not all known. */
  changeCount(from: number): number | undefined;
  isSame(left: Uint8Array, right: Uint8Array): boolean;
}

export type NextStep =
  /** Nothing can be done, or nothing has to be. */
  | { readonly kind: 'nothing' }
  /** Goes on with `outgoing` from there. */
  | { readonly kind: 'send'; readonly firstOffset: number }
  | { readonly kind: 'delta'; readonly base: Edition }
  | { readonly kind: 'snapshot' };

export interface TableDecision {
  readonly alarms: readonly TableAlarm[];
  /** What is in force there, if it is one of ours. */
  readonly inForce: Edition | undefined;
  readonly step: NextStep;
}

const nothing: NextStep = { kind: 'nothing' };

export const decideTable = (said: TableStatus, known: TableKnowledge): TableDecision => {
  const inForce = [known.outgoing?.edition, known.inForce].find(
    (edition) => edition?.state.version === said.version && known.isSame(edition.state.contentHash, said.contentHash),
  );
  const alarms = alarmsOf(said, known, inForce);
  const isUseless = !said.isKeyed || said.format < formatVersion || said.isReadOnly;
  return { alarms, inForce, step: isUseless ? nothing : stepOf(said, known, inForce) };
};

const stepOf = (said: TableStatus, known: TableKnowledge, inForce: Edition | undefined): NextStep => {
  const { stand, outgoing } = known;
  if (stand.change === 0 && said.version === 0) return nothing;
  if (outgoing !== undefined && fits(outgoing.edition, said, inForce)) {
    const isResumable = known.isSame(said.stagedHeaderHash, outgoing.headerHash) && said.stagedBytes < outgoing.bytes;
    return { kind: 'send', firstOffset: isResumable ? said.stagedBytes : 0 };
  }
  if (inForce === undefined || said.isDamaged) return { kind: 'snapshot' };
  const changes = known.changeCount(inForce.throughChange);
  if (changes === 0) return nothing;
  return changes === undefined || changes > maxDeltaChanges ? { kind: 'snapshot' } : { kind: 'delta', base: inForce };
};

/** What was begun is still what the reader can take: a newer version, a snapshot or on the base it has. */
const fits = ({ state, baseVersion }: Edition, said: TableStatus, inForce: Edition | undefined): boolean =>
  state.version > said.version && (baseVersion === 0 || (!said.isDamaged && inForce?.state.version === baseVersion));

const alarmsOf = (said: TableStatus, known: TableKnowledge, inForce: Edition | undefined): readonly TableAlarm[] => [
  ...(said.isKeyed ? [] : (['table.notKeyed'] as const)),
  ...(said.format < formatVersion ? (['table.wrongFormat'] as const) : []),
  ...(said.isReadOnly ? (['table.readOnly'] as const) : []),
  ...(said.isDamaged ? (['table.damaged'] as const) : []),
  ...(inForce === undefined ? mismatchOf(said.version, known) : []),
];

const mismatchOf = (version: number, { inForce, outgoing }: TableKnowledge): readonly TableAlarm[] => {
  const newest = outgoing?.edition.state.version ?? inForce?.state.version ?? 0;
  if (version === 0) return inForce === undefined ? [] : ['table.lost'];
  if (version > newest) return ['table.ahead'];
  return version === newest || version === inForce?.state.version ? ['table.diverged'] : ['table.rolledBack'];
};
