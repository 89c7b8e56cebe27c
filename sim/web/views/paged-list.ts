/**
 * A long list that is fetched page by page, as far as somebody looks. News goes on top. What a page holds and how it is drawn are the caller's.
 */
import { signal } from '@preact/signals';
import type { Result } from '../../../src/shared/result.ts';

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Undefined: nobody counted. */
  readonly total?: number;
  /** What to ask for after this page; null: it is the last. */
  readonly next: number | null;
}

type Failure = { readonly sentence: string };

/** Rows asked for at once. */
export const pageRows = 200;

export class PagedList<Row> {
  readonly rows = signal<readonly Row[]>([]);
  /** Of all rows, also of those that are not here yet. */
  readonly count = signal(0);
  readonly refusal = signal<string | undefined>(undefined);
  readonly isAsking = signal(false);
  readonly #fetch: (after: number | undefined) => Promise<Result<Page<Row>, Failure>>;
  #next: number | null | undefined;
  #wanted = 0;
  #life = 0;

  constructor(fetch: (after: number | undefined) => Promise<Result<Page<Row>, Failure>>) {
    this.#fetch = fetch;
  }

  /** Begins again from the top: what was asked before and has not come yet is not taken. What is shown stays until the first page is here. */
  async restart(): Promise<void> {
    this.#life += 1;
    this.#next = undefined;
    this.#wanted = 1;
    await this.#ask(this.#life);
  }

  /** Fetches until so many rows are here, or there are no more. Does nothing before the first `restart`. */
  async reach(until: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, until);
    if (this.isAsking.value || this.#life === 0) return;
    await this.#ask(this.#life);
  }

  putOnTop(news: readonly Row[]): void {
    this.rows.value = [...news, ...this.rows.value];
    this.count.value += news.length;
  }

  async #ask(life: number): Promise<void> {
    this.isAsking.value = true;
    while (life === this.#life && this.#next !== null && (this.#next === undefined || this.rows.value.length < this.#wanted)) {
      const isFirst = this.#next === undefined;
      const answer = await this.#fetch(this.#next);
      if (life !== this.#life) return;
      this.refusal.value = answer.ok ? undefined : answer.failure.sentence;
      if (!answer.ok) break;
      this.#take(answer.value, isFirst);
    }
    if (life === this.#life) this.isAsking.value = false;
  }

  #take({ rows, total, next }: Page<Row>, isFirst: boolean): void {
    this.rows.value = isFirst ? rows : [...this.rows.value, ...rows];
    this.#next = next;
    const here = this.rows.value.length;
    // One row more stands for those that nobody counted: whoever scrolls to it asks for them.
    this.count.value = next === null ? here : Math.max(here + 1, total ?? 0);
  }
}
