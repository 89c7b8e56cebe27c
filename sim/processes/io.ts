/**
 * What a process of the bench has to do with people: lines in, stamped lines out, and the wish that it ends. What the lines say is
 * reader.ts's and controller.ts's.
 */
import { createInterface } from 'node:readline';
import type { Clock } from '../../src/ports/clock.ts';
import type { Printer } from '../../src/tools/command-line.ts';
import { padded } from '../../src/tools/text-width.ts';

export interface ProcessIo extends Printer {
  /** As they are typed; ends with the input. */
  readonly lines: AsyncIterable<string>;
  /** Resolves when the process is told to stop. */
  readonly stopAsked: Promise<void>;
}

/** Input and output of this process; Ctrl-C and SIGTERM end it. Call it once. */
export const ioOf = ({ stdin, ...outputs }: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>): ProcessIo => ({
  ...deafIoOf(outputs),
  // At once: lines that come before somebody listens would be lost.
  lines: createInterface({ input: stdin, terminal: false })[Symbol.asyncIterator](),
});

/** The same of a process that takes no input, and so may run in the background. */
export const deafIoOf = ({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Omit<ProcessIo, 'lines'> => {
  // Whoever reads the output may go; the process goes on.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const { promise: stopAsked, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  return { out: (text) => stdout.write(text), err: (text) => stderr.write(text), stopAsked };
};

/** Prints a line with the wall time of the moment. What came over a wire moves no cursor. */
export type Say = (subject: string, words: string) => void;

/** The words stand below one another where no subject is longer than `subjectColumns`. */
export const sayWith =
  (io: Pick<ProcessIo, 'out'>, clock: Clock, subjectColumns: number): Say =>
  (subject, words) =>
    io.out(`${new Date(clock.wall().ms).toISOString()}  ${padded(subject, subjectColumns)}  ${words.replaceAll(/\p{Cc}/gu, '?')}\n`);

/** Carries out one line after the other, until one says that it was the last, the input ends, or the process is told to stop. */
export const untilEnd = async ({ lines, stopAsked }: ProcessIo, carryOut: (line: string) => Promise<'more' | 'last'>): Promise<void> => {
  const work = async (): Promise<void> => {
    for await (const line of lines) {
      const words = line.trim();
      if (words !== '' && (await carryOut(words)) === 'last') return;
    }
  };
  await Promise.race([work(), stopAsked]);
};

/** `name value, name value`: the facts of an event. */
export const factsText = (fields: Readonly<Record<string, string | number | boolean>>): string => {
  const facts = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
};

export const peopleText = (count: number): string => (count === 1 ? '1 person' : `${count} people`);
