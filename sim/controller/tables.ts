/**
 * What stands in each table of a controller's database, by column, as the stores read and write it. How the tables are made is migrations.ts's;
 * what the values mean is the store's that owns them. A yes or no is 0 or 1; moments are milliseconds since 1970.
 */
import type { Generated } from 'kysely';
import type { CredentialKind } from '../../src/table/record.ts';

interface SiteTable {
  /** One row, 1. */
  readonly id: number;
  readonly site: Uint8Array;
  readonly authority_seed: Uint8Array;
  readonly last_change: Generated<number>;
  readonly last_revocation: Generated<number>;
  readonly last_person: Generated<number>;
  /** Everybody's credentials stand in `credential`. */
  readonly has_tags: Generated<number>;
}

interface ReaderTable {
  readonly id: Generated<number>;
  readonly name: string;
  readonly address: number;
  readonly reader: Uint8Array;
  readonly table_key: Uint8Array;
  readonly scbk: Uint8Array;
  readonly pending_scbk: Uint8Array | null;
  readonly order_number: Generated<number>;
  readonly last_version: Generated<number>;
  readonly in_force: string | null;
  readonly journal: string | null;
  readonly model: Generated<string>;
  /** Of its modes. */
  readonly schedule: number | null;
  /** JSON: what it said of its door last; null: nothing yet. */
  readonly told: string | null;
}

interface OutgoingTable {
  readonly reader: number;
  readonly edition: string;
  readonly file: Uint8Array;
}

interface PersonTable {
  readonly person: number;
  /** person-text.ts. */
  readonly text: string;
  readonly name: Generated<string>;
  readonly email: string | null;
  readonly is_suspended: Generated<number>;
  readonly is_out_of_hours: Generated<number>;
  /** Of their access. */
  readonly schedule: number | null;
  readonly revision: Generated<number>;
  /** Null, as what follows: no PIN. */
  readonly pin_length: number | null;
  readonly pin_issued_ms: number | null;
  readonly pin_issued_by: string | null;
  /** The number of the change that brought it. */
  readonly pin_change: number | null;
  /** Null: no duress PIN. */
  readonly duress_length: number | null;
}

interface CredentialTable {
  readonly id: Generated<number>;
  readonly tag: string;
  readonly kind: CredentialKind;
  readonly person: number;
}

interface RetiredPinTable {
  readonly id: Generated<number>;
  readonly tag: string;
  readonly person: number;
  readonly retired_ms: number;
  readonly change: number;
}

interface BookingTable {
  readonly id: Generated<number>;
  readonly title: string;
  readonly unit: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly is_overdue: Generated<number>;
  readonly cancelled_ms: number | null;
}

interface SharedAccessTable {
  readonly id: Generated<number>;
  readonly booking: number;
  readonly label: string;
  readonly person: number;
  readonly state: string;
}

interface SharedHistoryTable {
  readonly id: Generated<number>;
  readonly access: number;
  readonly at_ms: number;
  readonly what: string;
  readonly by: string;
}

interface AuditTable {
  readonly id: Generated<number>;
  readonly at_ms: number;
  readonly by: string;
  readonly what: string;
  readonly person: number | null;
  readonly detail: string;
}

interface SettingTable {
  readonly key: string;
  /** JSON. */
  readonly value: string;
}

interface ScheduleTable {
  readonly id: Generated<number>;
  readonly name: string;
  readonly kind: string;
  /** JSON. */
  readonly times: string;
}

interface UserTable {
  readonly id: Generated<number>;
  readonly name: string;
  readonly role: string;
  readonly person: number | null;
  /** scrypt's N. */
  readonly cost: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

interface SendingTable {
  readonly id: Generated<number>;
  readonly at_ms: number;
  readonly trigger_name: string;
  readonly way: string;
  readonly person: number | null;
  /** Sealed: it may hold digits. */
  readonly content: Uint8Array;
  readonly state: string;
  readonly tries: Generated<number>;
  readonly due_ms: number;
  readonly last_error: string | null;
}

interface UnknownCardTable {
  readonly id: Generated<number>;
  readonly reader: number;
  readonly tag: string;
  readonly form: 'bits' | 'text';
  readonly length: number;
  readonly sealed: Uint8Array;
  readonly seen_ms: number;
  /** Of the event that told of it; null: none has yet. */
  readonly epoch: Generated<string | null>;
  readonly sequence: Generated<number | null>;
}

interface ChangeTable {
  readonly number: number;
  readonly person: number;
  readonly before: string | null;
  readonly after: string | null;
}

interface WithdrawnTable {
  readonly place: Generated<number>;
  readonly number: number;
  readonly person: number;
  readonly is_whole: number;
  readonly text: string;
}

interface EventTable {
  readonly id: Generated<number>;
  readonly reader: number;
  readonly epoch: string;
  readonly sequence: number;
  readonly received_ms: number;
  /** When it happened, as the reader says; when it was received, where it cannot be read. */
  readonly at_ms: number;
  readonly code: string | null;
  readonly person: number | null;
  readonly bytes: Uint8Array;
}

export interface Tables {
  readonly site: SiteTable;
  readonly reader: ReaderTable;
  readonly outgoing: OutgoingTable;
  readonly person: PersonTable;
  readonly change: ChangeTable;
  readonly withdrawn: WithdrawnTable;
  readonly event: EventTable;
  readonly credential: CredentialTable;
  readonly retired_pin: RetiredPinTable;
  readonly booking: BookingTable;
  readonly shared_access: SharedAccessTable;
  readonly shared_history: SharedHistoryTable;
  readonly audit: AuditTable;
  readonly setting: SettingTable;
  readonly schedule: ScheduleTable;
  readonly user: UserTable;
  readonly sending: SendingTable;
  readonly unknown_card: UnknownCardTable;
}
