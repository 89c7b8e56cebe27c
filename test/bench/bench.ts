/** What a benchmark is, and how its figure is printed: one object a line for programs, a table for people. What is measured is in *.bench.ts. */

export type Better = 'lower' | 'higher';

export interface Bench {
  /** What is measured, in words: `# → strike asked, 250 000 people, p99`. Unique. */
  readonly name: string;
  /** Of the value and of the bar: `ms`, `µs`, `MB`, `%`, `bytes/person`. */
  readonly unit: string;
  /** The number this project holds itself to, or undefined where it only wants to know. */
  readonly bar: number | undefined;
  readonly better: Better;
  /** One figure, in `unit`. `isQuick` asks for seconds rather than minutes, at the cost of a rougher figure. */
  readonly run: (isQuick: boolean) => Promise<number | { readonly value: number }>;
}

/** A bench and what came of it; `failure` is a sentence. */
export interface Figure extends Pick<Bench, 'name' | 'unit' | 'bar' | 'better'> {
  readonly value: number | undefined;
  readonly failure: string | undefined;
}

export async function figureOf(bench: Bench, isQuick: boolean): Promise<Figure> {
  const { name, unit, bar, better } = bench;
  try {
    const result = await bench.run(isQuick);
    return { name, unit, bar, better, value: typeof result === 'number' ? result : result.value, failure: undefined };
  } catch (thrown) {
    return { name, unit, bar, better, value: undefined, failure: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

export const isWithinBar = ({ value, bar, better }: Figure): boolean =>
  value !== undefined && (bar === undefined || (better === 'lower' ? value <= bar : value >= bar));

/** `{"name","value","unit","bar","better"}`; value or bar is null where there is none. */
export const jsonLine = ({ name, value, unit, bar, better }: Figure): string =>
  JSON.stringify({ name, value: value ?? null, unit, bar: bar ?? null, better });

/** Three significant digits, thousands apart: `0.0123`, `4.57`, `1 230`. */
export function shown(value: number): string {
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  const [whole = '', fraction] = String(rounded).split('.');
  const spaced = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

const barOf = ({ bar, better }: Figure): string => (bar === undefined ? '' : `${better === 'lower' ? '≤' : '≥'} ${shown(bar)}`);

/** One line of the table; `nameWidth` is the longest name's. */
export function tableLine(figure: Figure, nameWidth: number): string {
  const value = figure.value === undefined ? '–' : shown(figure.value);
  const word = figure.failure !== undefined ? `failed: ${figure.failure}` : figure.bar === undefined ? '' : isWithinBar(figure) ? 'ok' : 'MISSED';
  return `${figure.name.padEnd(nameWidth)}  ${value.padStart(10)} ${figure.unit.padEnd(14)} ${barOf(figure).padEnd(10)} ${word}`.trimEnd();
}
