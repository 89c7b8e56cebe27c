/**
 * The shapes a controller's database has had, as steps: a file with `user_version` n has had the first n. A step is never changed once it was in
 * use. What the tables hold, as the stores see it, is tables.ts's.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE site (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     site BLOB NOT NULL,
     authority_seed BLOB NOT NULL,
     last_change INTEGER NOT NULL DEFAULT 0,
     last_revocation INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE TABLE reader (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL,
     address INTEGER NOT NULL UNIQUE,
     reader BLOB NOT NULL UNIQUE,
     table_key BLOB NOT NULL,
     scbk BLOB NOT NULL,
     pending_scbk BLOB,
     order_number INTEGER NOT NULL DEFAULT 0,
     last_version INTEGER NOT NULL DEFAULT 0,
     in_force TEXT,
     journal TEXT
   ) STRICT;
   CREATE TABLE outgoing (reader INTEGER PRIMARY KEY REFERENCES reader, edition TEXT NOT NULL, file BLOB NOT NULL) STRICT;
   CREATE TABLE person (person INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
   CREATE TABLE change (number INTEGER PRIMARY KEY, person INTEGER NOT NULL, before TEXT, after TEXT) STRICT;
   CREATE TABLE withdrawn (
     place INTEGER PRIMARY KEY,
     number INTEGER NOT NULL,
     person INTEGER NOT NULL,
     is_whole INTEGER NOT NULL,
     text TEXT NOT NULL
   ) STRICT;
   CREATE INDEX withdrawn_number ON withdrawn (number);
   CREATE TABLE event (
     id INTEGER PRIMARY KEY,
     reader INTEGER NOT NULL REFERENCES reader,
     epoch TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     received_ms INTEGER NOT NULL,
     code TEXT,
     person INTEGER,
     bytes BLOB NOT NULL,
     UNIQUE (reader, epoch, sequence)
   ) STRICT;`,
  `CREATE TABLE schedule (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, times TEXT NOT NULL) STRICT;
   ALTER TABLE site ADD COLUMN has_tags INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE reader ADD COLUMN model TEXT NOT NULL DEFAULT 'RPK40';
   ALTER TABLE reader ADD COLUMN schedule INTEGER REFERENCES schedule;
   ALTER TABLE person ADD COLUMN name TEXT NOT NULL DEFAULT '';
   ALTER TABLE person ADD COLUMN email TEXT;
   ALTER TABLE person ADD COLUMN is_suspended INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE person ADD COLUMN is_out_of_hours INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE person ADD COLUMN schedule INTEGER REFERENCES schedule;
   ALTER TABLE person ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
   ALTER TABLE person ADD COLUMN pin_length INTEGER;
   ALTER TABLE person ADD COLUMN pin_issued_ms INTEGER;
   ALTER TABLE person ADD COLUMN pin_issued_by TEXT;
   ALTER TABLE person ADD COLUMN pin_change INTEGER;
   CREATE INDEX person_name ON person (name, person);
   CREATE TABLE credential (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     tag TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     person INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX credential_person ON credential (person);
   CREATE TABLE retired_pin (
     id INTEGER PRIMARY KEY,
     tag TEXT NOT NULL,
     person INTEGER NOT NULL,
     retired_ms INTEGER NOT NULL,
     change INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX retired_pin_tag ON retired_pin (tag);
   CREATE INDEX retired_pin_person ON retired_pin (person);
   CREATE TABLE booking (
     id INTEGER PRIMARY KEY,
     title TEXT NOT NULL,
     unit TEXT NOT NULL,
     from_ms INTEGER NOT NULL,
     until_ms INTEGER NOT NULL,
     is_overdue INTEGER NOT NULL DEFAULT 0,
     cancelled_ms INTEGER
   ) STRICT;
   CREATE TABLE shared_access (
     id INTEGER PRIMARY KEY,
     booking INTEGER NOT NULL REFERENCES booking,
     label TEXT NOT NULL,
     person INTEGER NOT NULL UNIQUE,
     state TEXT NOT NULL
   ) STRICT;
   CREATE INDEX shared_access_booking ON shared_access (booking);
   CREATE TABLE shared_history (
     id INTEGER PRIMARY KEY,
     access INTEGER NOT NULL REFERENCES shared_access,
     at_ms INTEGER NOT NULL,
     what TEXT NOT NULL,
     by TEXT NOT NULL
   ) STRICT;
   CREATE INDEX shared_history_access ON shared_history (access);
   CREATE TABLE audit (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     by TEXT NOT NULL,
     what TEXT NOT NULL,
     person INTEGER,
     detail TEXT NOT NULL
   ) STRICT;
   CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE user (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     role TEXT NOT NULL,
     person INTEGER,
     cost INTEGER NOT NULL,
     salt BLOB NOT NULL,
     hash BLOB NOT NULL
   ) STRICT;
   CREATE TABLE sending (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     trigger_name TEXT NOT NULL,
     way TEXT NOT NULL,
     person INTEGER,
     content BLOB NOT NULL,
     state TEXT NOT NULL,
     tries INTEGER NOT NULL DEFAULT 0,
     due_ms INTEGER NOT NULL,
     last_error TEXT
   ) STRICT;
   CREATE INDEX sending_due ON sending (state, due_ms);
   CREATE TABLE unknown_card (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     reader INTEGER NOT NULL REFERENCES reader,
     tag TEXT NOT NULL UNIQUE,
     form TEXT NOT NULL,
     length INTEGER NOT NULL,
     sealed BLOB NOT NULL,
     seen_ms INTEGER NOT NULL
   ) STRICT;
   ALTER TABLE event ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
   UPDATE event SET at_ms = received_ms;
   CREATE INDEX event_reader ON event (reader, id);
   CREATE INDEX event_person ON event (person, id);
   CREATE INDEX event_code ON event (code, id);
   CREATE INDEX event_at ON event (at_ms);`,
  `ALTER TABLE unknown_card ADD COLUMN epoch TEXT;
   ALTER TABLE unknown_card ADD COLUMN sequence INTEGER;`,
  `ALTER TABLE reader ADD COLUMN told TEXT;
   CREATE INDEX event_reader_code ON event (reader, code, at_ms);`,
  `ALTER TABLE site ADD COLUMN last_person INTEGER NOT NULL DEFAULT 0;
   UPDATE site SET last_person = max(
     coalesce((SELECT max(person) FROM person), 0),
     coalesce((SELECT max(person) FROM retired_pin), 0),
     coalesce((SELECT max(person) FROM shared_access), 0),
     coalesce((SELECT max(person) FROM user), 0),
     coalesce((SELECT max(person) FROM audit), 0),
     coalesce((SELECT max(person) FROM event), 0)
   );`,
  `ALTER TABLE person ADD COLUMN duress_length INTEGER;
   CREATE INDEX sending_person ON sending (person, state);`,
];
