/**
 * What a check of a reader is, how a table of them is run, and how their findings are said. Which checks there are is doctor-checks.ts's; the
 * ones that need a person are doctor-person.ts's.
 */
import type { Config } from '../config.ts';
import type { Crypto } from '../ports/crypto.ts';
import { asFault } from '../shared/faults.ts';

/** `wrong`: somebody has to do something. `note`: somebody should know. */
export type Weight = 'good' | 'note' | 'wrong';

/** One sentence; of what is wrong, with the remedy. */
export interface Finding {
  readonly weight: Weight;
  readonly sentence: string;
}
export const good = (sentence: string): Finding => ({ weight: 'good', sentence });
export const note = (sentence: string): Finding => ({ weight: 'note', sentence });
export const wrong = (sentence: string): Finding => ({ weight: 'wrong', sentence });

/** What is looked at. `root` stands before /proc, /sys and /run. */
export interface Board {
  readonly config: Config;
  readonly crypto: Crypto;
  readonly root: string;
  /** Where a bundle may lie beside the settings file; undefined: nobody looks. */
  readonly settingsFolder?: string | undefined;
}

/** `start`: takes part in the self-test of each start, so it takes milliseconds and touches no person. */
export type Need = 'start' | 'nothing' | 'press' | 'strike';

export interface Check<Given = Board> {
  readonly name: string;
  readonly needs: Need;
  /** Empty: this reader has nothing of the kind. */
  readonly run: (given: Given) => readonly Finding[] | Promise<readonly Finding[]>;
}

export interface Checked {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** One after the other. A check that throws is a finding: whoever looks for faults must hear of all of them. */
export const runChecks = async <Given>(
  checks: readonly Check<Given>[],
  given: Given,
  done: (checked: Checked) => void = () => undefined,
): Promise<readonly Checked[]> => {
  const all: Checked[] = [];
  for (const { name, run } of checks) {
    const findings = await Promise.resolve()
      .then(() => run(given))
      .catch((thrown: unknown) => [wrong(`This could not be looked at: ${asFault(thrown, 'disk.failed', String(thrown)).message}`)]);
    const checked = { name, findings };
    all.push(checked);
    done(checked);
  }
  return all;
};

/** The heaviest of its findings; `absent` without any. */
export const resultOf = ({ findings }: Checked): Weight | 'absent' =>
  (['wrong', 'note', 'good'] as const).find((weight) => findings.some((finding) => finding.weight === weight)) ?? 'absent';

export const isWrong = (checked: Checked): boolean => resultOf(checked) === 'wrong';

/** The sentences of what is wrong. */
export const wrongOf = (all: readonly Checked[]): readonly string[] =>
  all.flatMap(({ findings }) => findings.flatMap(({ weight, sentence }) => (weight === 'wrong' ? [sentence] : [])));

const marks: Readonly<Record<Weight, string>> = { good: '  ', note: '- ', wrong: '! ' };
const nameWidth = 12;

/** For people: a line for each finding. */
export const checkedText = ({ name, findings }: Checked): string =>
  findings.map(({ weight, sentence }, index) => `${marks[weight]}${(index === 0 ? name : '').padEnd(nameWidth)} ${sentence}\n`).join('');

/** For programs: one JSON object, which no later version takes a key from. */
export const checkedJson = (checked: Checked): string =>
  JSON.stringify({ check: checked.name, result: resultOf(checked), findings: checked.findings });
