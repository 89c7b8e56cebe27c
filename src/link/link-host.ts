/** What the line asks of the reader it belongs to. Whether the reader does as asked is the reader's; the line only carries the answer. */

import type { ReplyPayload } from '../osdp/replies.ts';
import type { orderModes } from '../table/orders.ts';
import type { DoorStatus, Outcome, RulesStatus, SettingsStatus } from './messages.ts';

/** Of the event catalogue (src/access/events.ts), those that begin at the line. */
export type LinkEventCode =
  | 'table.applied'
  | 'table.refused'
  | 'table.revoked'
  | 'table.rolledBack'
  | 'update.received'
  | 'update.refused'
  | 'journal.unackable'
  | 'order.refused'
  | 'strike.unreachable'
  | 'line.silent'
  | 'line.guessed'
  | 'line.keyChanged'
  | 'line.moved';

export type OrderMode = (typeof orderModes)[number];

export interface LinkEvent {
  readonly code: LinkEventCode;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
}

export interface LinkHost {
  /** The door at this moment. */
  door(): Omit<DoorStatus, 'page'>;
  settings(): Omit<SettingsStatus, 'page'>;
  rules(): Omit<RulesStatus, 'page'>;
  /** Tamper and power, as LSTATR says them. */
  localStatus(): ReplyPayload<'lstatr'>;
  /** One number for each contact that the description of the PD has: 1 active. */
  inputs(): readonly number[];
  table(): { readonly isKeyed: boolean; readonly isDamaged: boolean; readonly isReadOnly: boolean };
  wall(): { readonly ms: number; readonly trusted: boolean };
  /** A session on the reader's own key came to be, or there has been none for a while. */
  linkChanged(isUp: boolean): void;
  /** Obeys a signed order. Never rejects; a refusal is an event already. */
  obey(order: Uint8Array): Promise<Outcome>;
  /** Unsigned: only a stricter mode. Never rejects. */
  tighten(mode: OrderMode): Promise<Outcome>;
  /** Unsigned: only a little forward. Never rejects. */
  setTime(wallMs: number): Promise<Outcome>;
  /** Takes an event that nobody waits for. */
  tell(event: LinkEvent): void;
}
