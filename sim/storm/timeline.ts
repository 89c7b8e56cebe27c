/** What was in force when, for as long as a decision can be late. */

/**
 * The latest a grant can follow what was presented: eight presentations wait while one is decided, each for at most 5 s,
 * and its answer 300 ms more (DESIGN R12, R14).
 */
export const latestMs = 60_000;

interface Span<Value> {
  readonly value: Value;
  readonly fromMs: number;
  readonly toMs: number;
}

export class Timeline<Value> {
  #spans: Span<Value>[];

  constructor(value: Value, atMs: number) {
    this.#spans = [{ value, fromMs: atMs, toMs: Number.POSITIVE_INFINITY }];
  }

  get now(): Value {
    return (this.#spans.at(-1) as Span<Value>).value;
  }

  set(value: Value, atMs: number): void {
    const last = this.#spans.pop() as Span<Value>;
    this.#spans = this.#spans.filter(({ toMs }) => toMs >= atMs - 2 * latestMs);
    this.#spans.push({ ...last, toMs: atMs }, { value, fromMs: atMs, toMs: Number.POSITIVE_INFINITY });
  }

  /** Everything in force at any moment from `fromMs` to `toMs`, newest first, each with its share of that time. */
  within(fromMs: number, toMs: number): readonly Span<Value>[] {
    return this.#spans
      .filter((span) => span.fromMs <= toMs && span.toMs >= fromMs)
      .map((span) => ({ value: span.value, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }))
      .reverse();
  }
}
