/**
 * What programs with commands have in common: where they print, and with which code they end when they are used wrongly or a command
 * throws, and how a number is given. Which commands there are, and what is said of a fault, is each program's.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { exitCodes } from './exit-codes.ts';

/** Where a program prints: for whoever asked, and beside it what went wrong. */
export interface Printer {
  out(text: string): void;
  err(text: string): void;
}

/** A program that has no commands yet. It prints nowhere else, and ends no process. */
export const newProgram = (name: string, description: string, io: Printer): Command =>
  new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showSuggestionAfterError();

/** Runs one command of the program and resolves with the exit code: the one given to `end`, or 0. `failed` says what was thrown, and gives its code. */
export const runCommand = async (
  argv: readonly string[],
  program: (end: (code: number) => void) => Command,
  failed: (thrown: unknown) => number,
): Promise<number> => {
  let code: number = exitCodes.done;
  try {
    await program((ended) => {
      code = ended;
    }).parseAsync(argv, { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return failed(thrown);
  }
};

/** Reads the value of an option: decimal digits, `least` to `most`, which is below 10^10. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(`It must be a whole number, ${least} to ${most}.`);
    return value;
  };
