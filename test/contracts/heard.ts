/** What a listener heard, in order, for tests that wait for reports instead of for time. */

/** Longest wait for reports that must come, in real milliseconds: far more than they take, so that only a fault reaches it. */
const deadlineMs = 5_000;

export class Heard<Report> {
  readonly reports: Report[] = [];
  #wake: (() => void) | undefined;

  add(report: Report): void {
    this.reports.push(report);
    this.#wake?.();
  }

  /** Everything heard, once that is at least `count` reports. */
  async atLeast(count: number): Promise<readonly Report[]> {
    const deadline = setTimeout(() => this.#wake?.(), deadlineMs);
    const untilMs = performance.now() + deadlineMs;
    while (this.reports.length < count && performance.now() < untilMs) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(deadline);
    if (this.reports.length < count) throw new Error(`heard ${this.reports.length} of ${count} reports: ${JSON.stringify(this.reports)}`);
    return this.reports;
  }
}

/** Lets several turns of the event loop pass, in which a report that should not come would have come. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
