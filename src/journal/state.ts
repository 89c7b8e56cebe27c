/** What the journal knows about itself beyond its rows: one small record, written with whatever changes it. */
import type { Crypto } from '../ports/crypto.ts';
import type { Space } from '../ports/record-store.ts';
import { seal, unseal } from './checked.ts';
import { linkBytes, setUint48, uint48 } from './entry.ts';

export const stateSpace: Space = 'meta';
export const stateKey = 0;

/** Events that were lost: never silence (DESIGN §2). Ranges of two gaps may overlap, what they count never does. */
export interface Gap {
  /** Lowest and highest sequence lost. Events between the two that are not counted are still here. */
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly grants: number;
  readonly alarms: number;
  readonly denials: number;
  readonly infos: number;
}

export interface State {
  readonly boot: number;
  /** Highest sequence given when this was written; rows may go beyond it. */
  readonly last: number;
  /** Link of the last row then. */
  readonly head: Uint8Array;
  readonly acknowledged: number;
  /** Sequences above `acknowledged` that have no row, and should have none. */
  readonly missing: number;
  /** The percentage of unacknowledged events last alarmed about; 0: none. */
  readonly alarmedPercent: number;
  /** Lost and not yet told. */
  readonly gap: Gap | undefined;
}

export const emptyState: State = {
  boot: 0,
  last: 0,
  head: new Uint8Array(linkBytes),
  acknowledged: 0,
  missing: 0,
  alarmedPercent: 0,
  gap: undefined,
};

/** Layout: version, boot, last, acknowledged, missing, percent, head, then the gap's six numbers, all 0 for none. */
const version = 1;
const headAt = 24;
const gapAt = headAt + linkBytes;
const stateBytes = gapAt + 6 * 6;

export function encodeState(crypto: Pick<Crypto, 'sha256'>, state: State): Uint8Array {
  const bytes = new Uint8Array(stateBytes);
  const view = new DataView(bytes.buffer);
  bytes[0] = version;
  view.setUint32(1, state.boot);
  setUint48(view, 5, state.last);
  setUint48(view, 11, state.acknowledged);
  setUint48(view, 17, state.missing);
  bytes[23] = state.alarmedPercent;
  bytes.set(state.head, headAt);
  const { gap } = state;
  const counts = gap === undefined ? [] : [gap.fromSequence, gap.toSequence, gap.grants, gap.alarms, gap.denials, gap.infos];
  for (const [index, count] of counts.entries()) setUint48(view, gapAt + 6 * index, count);
  return seal(crypto, stateSpace, stateKey, bytes);
}

/** The state, or undefined when the record is not what was written. Never throws. */
export function decodeState(crypto: Pick<Crypto, 'sha256' | 'isEqual'>, sealed: Uint8Array): State | undefined {
  const bytes = unseal(crypto, stateSpace, stateKey, sealed);
  if (bytes?.length !== stateBytes || bytes[0] !== version) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const gapNumber = (index: number): number => uint48(view, gapAt + 6 * index);
  const gap: Gap = {
    fromSequence: gapNumber(0),
    toSequence: gapNumber(1),
    grants: gapNumber(2),
    alarms: gapNumber(3),
    denials: gapNumber(4),
    infos: gapNumber(5),
  };
  return {
    boot: view.getUint32(1),
    last: uint48(view, 5),
    acknowledged: uint48(view, 11),
    missing: uint48(view, 17),
    alarmedPercent: view.getUint8(23),
    head: bytes.slice(headAt, gapAt),
    gap: gap.toSequence === 0 ? undefined : gap,
  };
}
