/**
 * Orders: what widens access, signed by the authority for one reader (docs/table-profile.md §8). Decides whether an order may be
 * obeyed at all; how it is obeyed, and that its number is written down before it is, is the reader's.
 */
import type { Crypto } from '../ports/crypto.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { type HeaderRefusal, headerBytes, readHeader, type Trust } from './header.ts';
import { viewOf } from './record.ts';

/** The modes of a door, in the order of their codes 1..6. */
export const orderModes = ['cardOnly', 'pinOnly', 'cardOrPin', 'cardAndPin', 'unlocked', 'locked'] as const;

export type Order =
  | { readonly kind: 'setMode'; readonly mode: (typeof orderModes)[number] }
  /** The strike, for as long as the reader's settings say. */
  | { readonly kind: 'release' }
  /** Milliseconds since 1970, UTC, 0..2^48-1. */
  | { readonly kind: 'setClock'; readonly wallMs: number }
  /** Of one person (1..2^32-1), or of the door. */
  | { readonly kind: 'clearLockout'; readonly person: number | undefined }
  | { readonly kind: 'handOverToPanel'; readonly isHandedOver: boolean }
  /** For 60 s, the next unknown card goes up as read. */
  | { readonly kind: 'enrol' }
  /** The settings of this hash (32 bytes), which wait at the reader because they weaken the door. */
  | { readonly kind: 'acceptSettings'; readonly settingsHash: Uint8Array };

export type OrderKind = Order['kind'];

/** SHA-256. */
const hashBytes = 32;

/** Code, bytes behind the code, and what they say; undefined when they say nothing. A row without bytes writes none. */
type OrderRow<Kind extends OrderKind> = {
  readonly code: number;
  readonly bytes: number;
  read(view: DataView): Extract<Order, { kind: Kind }> | undefined;
  write?(view: DataView, order: Extract<Order, { kind: Kind }>): void;
};

const rows: { readonly [Kind in OrderKind]: OrderRow<Kind> } = {
  setMode: {
    code: 1,
    bytes: 1,
    read: (view) => {
      const mode = orderModes[view.getUint8(1) - 1];
      return mode && { kind: 'setMode', mode };
    },
    write: (view, { mode }) => view.setUint8(1, orderModes.indexOf(mode) + 1),
  },
  release: { code: 2, bytes: 0, read: () => ({ kind: 'release' }) },
  setClock: {
    code: 3,
    bytes: 6,
    read: (view) => ({ kind: 'setClock', wallMs: view.getUint16(1) * 0x1_0000_0000 + view.getUint32(3) }),
    write: (view, { wallMs }) => {
      view.setUint16(1, Math.floor(wallMs / 0x1_0000_0000));
      view.setUint32(3, wallMs % 0x1_0000_0000);
    },
  },
  clearLockout: {
    code: 4,
    bytes: 4,
    read: (view) => ({ kind: 'clearLockout', person: view.getUint32(1) || undefined }),
    write: (view, { person }) => view.setUint32(1, person ?? 0),
  },
  handOverToPanel: {
    code: 5,
    bytes: 1,
    read: (view) => {
      const value = view.getUint8(1);
      return value > 1 ? undefined : { kind: 'handOverToPanel', isHandedOver: value === 1 };
    },
    write: (view, { isHandedOver }) => view.setUint8(1, isHandedOver ? 1 : 0),
  },
  enrol: { code: 6, bytes: 0, read: () => ({ kind: 'enrol' }) },
  acceptSettings: {
    code: 7,
    bytes: hashBytes,
    read: (view) => ({ kind: 'acceptSettings', settingsHash: new Uint8Array(view.buffer, view.byteOffset + 1, hashBytes).slice() }),
    write: (view, { settingsHash }) => new Uint8Array(view.buffer, view.byteOffset + 1, hashBytes).set(settingsHash),
  },
};

/** Bytes of the longest order, header included. */
export const maxOrderBytes = headerBytes + 1 + Math.max(...Object.values(rows).map(({ bytes }) => bytes));

export interface ReceivedOrder {
  /** To be written down durably before the order is obeyed: nothing up to it is ever obeyed again. */
  readonly number: number;
  /** First second since 1970 at which it is no longer obeyed. */
  readonly expiresS: number;
  readonly order: Order;
}

/** What the reader knows as an order arrives. */
export interface OrderMoment {
  /** Number of the last order obeyed; 0: none yet. */
  readonly lastNumber: number;
  /** The reader's wall clock, in seconds since 1970. */
  readonly nowS: number;
  readonly isTimeTrusted: boolean;
  /** Hash of the settings that wait to be accepted; undefined: none do. */
  readonly waitingSettings?: Uint8Array | undefined;
}

export type OrderRefusal =
  | HeaderRefusal
  | 'wrongKind'
  | 'wrongBody'
  /** Whole and signed, but of a code this reader does not know. */
  | 'unknownOrder'
  | 'staleNumber'
  | 'expired'
  /** Without a clock to be trusted nothing shows that an order is not an old one held back; only `setClock` is obeyed. */
  | 'timeUntrusted'
  /** The settings that it accepts are not those that wait. */
  | 'notWaiting';

/** The order in a whole file, or why it is not obeyed. */
export const readOrder = (crypto: Crypto, trust: Trust, moment: OrderMoment, file: Uint8Array): Result<ReceivedOrder, OrderRefusal> => {
  const read = readHeader(crypto, trust, file.subarray(0, headerBytes));
  if (!read.ok) return read;
  const header = read.value;
  if (header.kind !== 'order') return failed('wrongKind');
  const body = file.subarray(headerBytes);
  if (body.length !== header.bodyBytes || body.length === 0) return failed('malformed');
  if (!crypto.isEqual(crypto.sha256(body), header.bodyHash)) return failed('wrongBody');
  const row = Object.values(rows).find(({ code }) => code === body[0]);
  if (row === undefined) return failed('unknownOrder');
  const order = body.length === 1 + row.bytes ? row.read(viewOf(body)) : undefined;
  if (order === undefined) return failed('malformed');
  if (header.version <= moment.lastNumber) return failed('staleNumber');
  if (moment.nowS >= header.expiresS) return failed('expired');
  if (!moment.isTimeTrusted && order.kind !== 'setClock') return failed('timeUntrusted');
  if (order.kind === 'acceptSettings' && !isWaiting(crypto, moment, order.settingsHash)) return failed('notWaiting');
  return ok({ number: header.version, expiresS: header.expiresS, order });
};

const isWaiting = (crypto: Crypto, { waitingSettings }: OrderMoment, hash: Uint8Array): boolean =>
  waitingSettings !== undefined && crypto.isEqual(waitingSettings, hash);

/** The body of an order file. */
export const writeOrderBody = (order: Order): Uint8Array => {
  const row = rows[order.kind] as OrderRow<OrderKind>;
  const body = new Uint8Array(1 + row.bytes);
  body[0] = row.code;
  row.write?.(viewOf(body), order);
  return body;
};
