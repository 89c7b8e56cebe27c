/** What a gate is, how all of them are run, and what people and .ci/run get to read. Which gates there are is check.ts's. */

export interface Verdict {
  readonly passed: boolean;
  /** What to read when it did not pass. */
  readonly details: string;
}

export interface Gate {
  readonly name: string;
  readonly run: () => Promise<Verdict>;
  /** Repairs what a machine can, before any gate runs. */
  readonly fix?: () => Promise<unknown>;
}

export interface Outcome extends Verdict {
  readonly name: string;
  readonly tookMs: number;
}

export const verdictOn = (findings: readonly string[]): Verdict => ({ passed: findings.length === 0, details: findings.join('\n') });

const lineOn = ({ name, passed, tookMs }: Outcome): string =>
  `${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(14)} ${(tookMs / 1000).toFixed(1).padStart(6)} s`;

/**
 * Runs every gate, in order, whatever became of those before it; a gate that throws has failed. `tell` gets each line as it is known, and
 * all of them again after the details of those that failed.
 */
export async function runGates(gates: readonly Gate[], tell: (line: string) => void, nowMs: () => number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const gate of gates) {
    const startedMs = nowMs();
    const verdict = await gate.run().catch((thrown: unknown): Verdict => ({ passed: false, details: String(thrown) }));
    const outcome = { name: gate.name, ...verdict, tookMs: nowMs() - startedMs };
    tell(lineOn(outcome));
    outcomes.push(outcome);
  }
  const failed = outcomes.filter(({ passed }) => !passed);
  for (const { name, details } of failed) tell(`\n── ${name} ──\n${details.trim()}`);
  // What was said first has scrolled away by now.
  if (failed.length > 0) for (const line of ['', ...outcomes.map(lineOn)]) tell(line);
  return outcomes;
}
