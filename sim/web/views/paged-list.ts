/**
 * A long list that is fetched page by page, as far as somebody looks. News goes on top. What a page holds and how it is drawn are the caller's.
 */
import { signal } from '@preact/signals';
import type { Result } from '../../../src/shared/result.ts';

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Undefined: nobody counted. */
  readonly total?: number;
  /** Null: it is the last. */
  readonly next: number | null;
}

/** The page behind that row; undefined: the first one. */
type Fetch<Row> = (last: Row | undefined) => Promise<Result<Page<Row>, Failure>>;

type Failure = { readonly sentence: string };

/** Rows asked for at once. */
export const pageRows = 200;

export class PagedList<Row> {
  readonly rows = signal<readonly Row[]>([]);
  /** Of all rows, also of those that are not here yet. */
  readonly count = signal(0);
  readonly refusal = signal<string | undefined>(undefined);
  readonly isAsking = signal(false);
  readonly #fetch: Fetch<Row>;
  #isBegun = false;
  #isWhole = false;
  #wanted = 0;
  #life = 0;

  constructor(fetch: Fetch<Row>) {
    this.#fetch = fetch;
  }

  /** Begins again from the top: what was asked before and has not come yet is not taken. What is shown stays until the first page is here. */
  async restart(): Promise<void> {
    this.#life += 1;
    this.#isBegun = false;
    this.#isWhole = false;
    this.#wanted = 1;
    await this.#ask(this.#life);
  }

  /** Fetches until so many rows are here, or there are no more. Does nothing before the first `restart`. */
  async reach(until: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, until);
    if (this.isAsking.value || this.#life === 0) return;
    await this.#ask(this.#life);
  }

  /** Asks again for the page that begins with that row, which stays where it is: of news about rows, not of others coming or going. */
  async freshen(from: number): Promise<void> {
    const life = this.#life;
    const before = this.rows.value;
    const answer = await this.#fetch(before[from - 1]);
    if (life !== this.#life || !answer.ok || before.length === 0) return;
    const { rows } = answer.value;
    this.rows.value = this.rows.value.map((row, at) => rows[at - from] ?? row);
  }

  putOnTop(news: readonly Row[]): void {
    this.rows.value = [...news, ...this.rows.value];
    this.count.value += news.length;
  }

  async #ask(life: number): Promise<void> {
    this.isAsking.value = true;
    while (life === this.#life && !this.#isWhole && (!this.#isBegun || this.rows.value.length < this.#wanted)) {
      const isFirst = !this.#isBegun;
      const answer = await this.#fetch(isFirst ? undefined : this.rows.value.at(-1));
      if (life !== this.#life) return;
      this.refusal.value = answer.ok ? undefined : answer.failure.sentence;
      if (!answer.ok) break;
      this.#take(answer.value, isFirst);
    }
    if (life === this.#life) this.isAsking.value = false;
  }

  #take({ rows, total, next }: Page<Row>, isFirst: boolean): void {
    this.rows.value = isFirst ? rows : [...this.rows.value, ...rows];
    this.#isBegun = true;
    this.#isWhole = next === null;
    const here = this.rows.value.length;
    // One row more stands for those that nobody counted: whoever scrolls to it asks for them.
    this.count.value = next === null ? here : Math.max(here + 1, total ?? 0);
  }
}
