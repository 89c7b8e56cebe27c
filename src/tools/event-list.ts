/**
 * Lists the events of a reader for people and for programs, also while the reader runs. The reader alone holds its journal,
 * so a copy is read; a copy made while the journal was being tidied is taken again. What events mean is access/'s.
 */
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { displayText, isEventCode, type Profile } from '../access/events.ts';
import { type Entry, openRow } from '../journal/entry.ts';
import type { Crypto } from '../ports/crypto.ts';
import { Fault } from '../shared/faults.ts';
import { RecordDatabase } from '../store/record-database.ts';

const journalFile = 'journal.db';
const logFile = 'journal.db-wal';
/** How often a copy is tried: the journal is tidied once in hundreds of events. */
const maxCopies = 5;
const rowsAtOnce = 1_000;

/** Undefined, or the sentence that says why this user cannot list the events; a journal that is not there yet is no reason. */
export const whyNoEvents = (dataDir: string): string | undefined => {
  try {
    accessSync(join(dataDir, journalFile), constants.R_OK);
    return undefined;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    return `The events in ${dataDir} cannot be read (${code}). Only the user the door runs as may, and root.`;
  }
};

/** The last `most` events, oldest first; damaged ones are left out and counted. Throws a Fault when the disk fails. */
export const readEvents = (dataDir: string, most: number, crypto: Crypto): { readonly entries: readonly Entry[]; readonly damaged: number } => {
  if (!existsSync(join(dataDir, journalFile))) return { entries: [], damaged: 0 };
  const copy = mkdtempSync(join(tmpdir(), 'doorpad-events-'));
  try {
    copyJournal(dataDir, copy);
    return readCopy(copy, most, crypto);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

/** The log may grow while it is copied, for its end is checked; the file itself must stand still. */
const copyJournal = (dataDir: string, copy: string): void => {
  const file = join(dataDir, journalFile);
  const log = join(dataDir, logFile);
  for (let attempt = 0; attempt < maxCopies; attempt += 1) {
    const before = statSync(file, { bigint: true }).mtimeNs;
    copyFileSync(file, join(copy, journalFile));
    rmSync(join(copy, logFile), { force: true });
    if (existsSync(log)) copyFileSync(log, join(copy, logFile));
    if (statSync(file, { bigint: true }).mtimeNs === before) return;
  }
  throw new Fault('disk.failed', 'The journal is too busy to be read. Try again.');
};

const readCopy = (copy: string, most: number, crypto: Crypto): { readonly entries: readonly Entry[]; readonly damaged: number } => {
  const database = new RecordDatabase({ directory: copy });
  const entries: Entry[] = [];
  let damaged = 0;
  try {
    for (let from = 0, rows = database.scan('event', from, rowsAtOnce); rows.length > 0; rows = database.scan('event', from, rowsAtOnce)) {
      for (const { key, value } of rows) {
        const recorded = openRow(crypto, key, value);
        if (recorded === undefined) damaged += 1;
        else entries.push(recorded.entry);
        from = key + 1;
      }
      if (entries.length > most) entries.splice(0, entries.length - most);
    }
  } finally {
    database.close();
  }
  return { entries, damaged };
};

/** For programs: one JSON object, which no later version takes a key from. */
export const eventJson = (entry: Entry, profile: Profile): string => {
  const { epoch, sequence, wallMs, wallTrusted, code, person, fields } = entry;
  return JSON.stringify({
    epoch,
    sequence,
    time: new Date(wallMs).toISOString(),
    timeTrusted: wallTrusted,
    code,
    text: textOf(entry, profile),
    person,
    fields,
  });
};

/** For people: number, local time, text, person, facts. `?` marks a time that was not known to be right. */
export const eventLine = (entry: Entry, profile: Profile): string => {
  const { sequence, wallMs, wallTrusted, code, person, fields } = entry;
  const time = `${localTime(new Date(wallMs))}${wallTrusted ? ' ' : '?'}`;
  const who = person === undefined ? '' : `  person ${person}`;
  const facts = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === 'string' ? JSON.stringify(value) : value}`);
  return `${String(sequence).padStart(6)}  ${time} ${textOf(entry, profile)}${who}  [${[code, ...facts].join(' ')}]`;
};

const textOf = ({ code }: Entry, profile: Profile): string => (isEventCode(code) ? displayText(code, profile) : code);

const localTime = (date: Date): string => {
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};
