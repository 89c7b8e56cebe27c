/**
 * Keeps a storm of equal events from filling the journal (SECURITY D6): beyond a rate, events of one source are counted
 * and summarised. Nothing that passes here is weighed against anything else; which rows make room is ledger.ts's.
 *
 * A source of denials and information is a code and a person. Grants are never limited. Alarms are, but by a source that
 * includes their words (which device, which fault), so that one alarm cannot hide another: a broken keypad, a bouncing
 * contact or whoever holds the wire can raise the same alarm each second for a month, and the journal must not be theirs.
 */
import type { Clock } from '../ports/clock.ts';
import type { EventClass, JournalEvent } from './entry.ts';

/** Events that pass at once, and how many an hour come back. With a summary each 2 min: at most 90 an hour over a long run. */
export const floodBurst: Readonly<Record<'alarm' | 'deny' | 'info', number>> = { alarm: 60, deny: 30, info: 30 };
const floodPerHour: Readonly<Record<'alarm' | 'deny' | 'info', number>> = { alarm: 60, deny: 30, info: 30 };
export const summaryMs = 120_000;
/** Sources told apart; beyond them, all of one code are one source, and beyond as many codes the rest of one class. */
export const maxSources = 64;

const hourMs = 3_600_000;

interface Source {
  readonly code: string;
  readonly person: number | undefined;
  readonly kind: 'alarm' | 'deny' | 'info';
  tokens: number;
  atMs: number;
  held: number;
  heldSinceMs: number;
}

export class Flood {
  readonly #clock: Clock;
  readonly #summarise: (event: JournalEvent) => void;
  readonly #sources = new Map<string, Source>();
  readonly #shared = new Map<string, Source>();
  #timer: unknown;

  /** `summarise` takes the `journal.more` events; they are not limited again. */
  constructor(clock: Clock, summarise: (event: JournalEvent) => void) {
    this.#clock = clock;
    this.#summarise = summarise;
  }

  /** False: the event is counted and will be summarised. */
  passes(event: JournalEvent, kind: EventClass): boolean {
    if (kind === 'grant') return true;
    const nowMs = this.#clock.nowMs();
    const source = this.#sourceOf(event, kind, nowMs);
    refill(source, nowMs);
    if (source.tokens >= 1) {
      source.tokens -= 1;
      return true;
    }
    if (source.held === 0) source.heldSinceMs = nowMs;
    source.held += 1;
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), summaryMs);
    return false;
  }

  /** Summarises what is held now: at the end of each interval, and before the reader stops. */
  flush(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const nowMs = this.#clock.nowMs();
    for (const sources of [this.#sources, this.#shared]) {
      for (const source of sources.values()) {
        if (source.held === 0) continue;
        const { code, person, held, heldSinceMs } = source;
        source.held = 0;
        this.#summarise({ code: 'journal.more', person, fields: { code, count: held, spanMs: Math.round(nowMs - heldSinceMs) } });
      }
    }
  }

  #sourceOf(event: JournalEvent, kind: Source['kind'], nowMs: number): Source {
    const { code, person } = event;
    const key = `${code} ${person ?? ''}${kind === 'alarm' ? wordsOf(event) : ''}`;
    const own = this.#sources.get(key);
    if (own !== undefined) return own;
    if (hasRoom(this.#sources, nowMs)) return add(this.#sources, key, { code, person, kind }, nowMs);
    const shared = this.#shared.get(code);
    if (shared !== undefined) return shared;
    if (hasRoom(this.#shared, nowMs)) return add(this.#shared, code, { code, person: undefined, kind }, nowMs);
    const rest = `${others} ${kind}`;
    return this.#shared.get(rest) ?? add(this.#shared, rest, { code: others, person: undefined, kind }, nowMs);
  }
}

/** Stands for the codes that are not told apart any more; no event has it. */
const others = '*';

const add = (sources: Map<string, Source>, key: string, of: Pick<Source, 'code' | 'person' | 'kind'>, nowMs: number): Source => {
  const source = { ...of, tokens: floodBurst[of.kind], atMs: nowMs, held: 0, heldSinceMs: 0 };
  sources.set(key, source);
  return source;
};

/** Sources that have all their tokens and hold nothing are as good as new: they make room. */
const hasRoom = (sources: Map<string, Source>, nowMs: number): boolean => {
  if (sources.size < maxSources) return true;
  for (const [key, source] of sources) {
    refill(source, nowMs);
    if (source.held === 0 && source.tokens === floodBurst[source.kind]) sources.delete(key);
  }
  return sources.size < maxSources;
};

const refill = (source: Source, nowMs: number): void => {
  const { kind, tokens, atMs } = source;
  source.tokens = Math.min(floodBurst[kind], tokens + ((nowMs - atMs) * floodPerHour[kind]) / hourMs);
  source.atMs = nowMs;
};

/** Texts and truths tell alarms apart; numbers are measures, and would make each alarm its own source. */
const wordsOf = ({ fields = {} }: JournalEvent): string =>
  Object.entries(fields)
    .filter(([, value]) => typeof value !== 'number')
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join('');
