/** The outcome of a run of stories as JUnit XML, the form that build servers read. What ran is run-files.ts's. */

export interface JunitCase {
  readonly file: string;
  /** What the story shows; the file's own name when it could not be read. */
  readonly name: string;
  readonly tookMs: number;
  /** Undefined: as told. `error`: it could not be played to its end. */
  readonly problem?: { readonly kind: 'failure' | 'error'; readonly message: string; readonly details: string } | undefined;
}

export const junitXml = (cases: readonly JunitCase[]): string => {
  const count = (kind: 'failure' | 'error'): number => cases.filter(({ problem }) => problem?.kind === kind).length;
  const totalMs = cases.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" time="${seconds(totalMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="doorpad stories" ${totals}>`,
    ...cases.map(caseXml),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};

const caseXml = ({ file, name, tookMs, problem }: JunitCase): string => {
  const open = `    <testcase classname="${escaped(file)}" name="${escaped(name)}" file="${escaped(file)}" time="${seconds(tookMs)}"`;
  if (problem === undefined) return `${open}/>`;
  const { kind, message, details } = problem;
  return `${open}>\n      <${kind} message="${escaped(message)}">${escaped(details)}</${kind}>\n    </testcase>`;
};

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters, most of which XML cannot hold at all, become question marks. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '?')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
