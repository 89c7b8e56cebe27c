/** What a PD has to say by itself: first in, first out, one for each POLL (OSDP.md §4). Nothing stale: a key or a card waits a second, no more (SECURITY B19). */
import { encodeReply, type Reply } from './replies.ts';

export type Report = Extract<Reply, { name: 'lstatr' | 'istatr' | 'ostatr' | 'rstatr' | 'raw' | 'keypad' | 'mfgrep' | 'mfgstatr' | 'mfgerrr' }>;

export const maxReports = 64;
/** A KEYPAD or RAW older than this is never sent. */
export const credentialLifeMs = 1_000;

/** `withheld`: a key or a card, and the session is on a key that everyone knows. */
export type ReportDrop = 'full' | 'stale' | 'tooLong' | 'withheld';

/** What is told when it has changed, as it is then. */
export type StatusName = 'lstatr' | 'istatr';

const isCredential = ({ name }: Report): boolean => name === 'raw' || name === 'keypad';

export class ReportQueue {
  readonly #dropped: (reason: ReportDrop, name: Report['name']) => void;
  readonly #waiting: { readonly report: Report; readonly byteCount: number; readonly atMs: number }[] = [];

  constructor(dropped: (reason: ReportDrop, name: Report['name']) => void) {
    this.#dropped = dropped;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** False when `maxReports` wait already. Asserts that it can be written: here, where it comes from, and not at a POLL. */
  add(report: Report, nowMs: number): boolean {
    const byteCount = encodeReply(report.name, report.payload as never).length;
    if (this.#waiting.length === maxReports) {
      this.#dropped('full', report.name);
      return false;
    }
    this.#waiting.push({ report, byteCount, atMs: nowMs });
    return true;
  }

  /** The next one that may be sent in `room` bytes of data; those that may not are dropped. */
  next(nowMs: number, room: number, withholdsCredentials: boolean): Report | undefined {
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      const { report, byteCount, atMs } = first;
      const reason = byteCount > room ? 'tooLong' : dropOf(report, nowMs - atMs, withholdsCredentials);
      if (reason === undefined) return report;
      this.#dropped(reason, report.name);
    }
    return undefined;
  }
}

/** Which status has changed since it was last told, the one that waits longest first. However often it changed, it is told once. */
export class StatusChanges {
  readonly #names = new Set<StatusName>();

  note(name: StatusName): void {
    this.#names.add(name);
  }

  next(): StatusName | undefined {
    const [name] = this.#names;
    if (name !== undefined) this.#names.delete(name);
    return name;
  }

  clear(): void {
    this.#names.clear();
  }
}

const dropOf = (report: Report, ageMs: number, withholdsCredentials: boolean): ReportDrop | undefined => {
  if (isCredential(report) && ageMs > credentialLifeMs) return 'stale';
  return isCredential(report) && withholdsCredentials ? 'withheld' : undefined;
};
