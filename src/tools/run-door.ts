/**
 * Runs a door from its settings file until it is told to stop: goes on with the settings of last time when the file is
 * wrong (SECURITY G7) or waits for an order (settings-guard.ts), stops within a limit (G13), and ends with a code of its own when the process can no longer be
 * trusted (G1), or when only a new start helps the door. What a running door does is boot.ts's.
 */
import type { Config } from '../config.ts';
import { exitCodes } from './exit-codes.ts';
import { keepSettings, readSettingsFile, type SettingsFile } from './settings-file.ts';
import { type HeldSettings, heldSentence, judgeSettings, lostSentence, settleSettings } from './settings-guard.ts';

/** A door that serves people. */
export interface Running {
  /** Resolves when only a new start helps, with the reason; never rejects. Until then the door serves as well as it can. */
  readonly restartNeeded: Promise<{ readonly message: string }>;
  /** Secures the strike, finishes what is being written, lets go of every device. */
  stop(): Promise<void>;
}
/** `lastRun`: the settings the door last ran with, where they are known. `held`: those of the file, where they wait for an order. */
export type Boot = (config: Config, lastRun: Config | undefined, held: HeldSettings | undefined) => Promise<Running>;

export interface RunIo {
  err(text: string): void;
  readonly boot: Boot;
  /** Resolves when the reader is to stop; rejects when this process can no longer be trusted. */
  stopAsked(): Promise<void>;
}

/** Stopping that takes longer is given up: the strike is secured first, and what is not on disk was not promised. */
export const stopDeadlineMs = 2_000;

type RunCode = typeof exitCodes.done | typeof exitCodes.fault | typeof exitCodes.settings;

/** Resolves with the exit code. Rejects with what boot rejected with. */
export const runDoor = async ({ config, lastGood }: { readonly config: string; readonly lastGood: string }, io: RunIo): Promise<RunCode> => {
  const wanted = readSettingsFile(config);
  const kept = readSettingsFile(lastGood);
  const lastRun = kept.ok ? kept.value : undefined;
  const { settings, held, lost } = judgeSettings(wanted.ok ? wanted.value : undefined, lastRun);
  if (!wanted.ok) io.err(sentencesOn(wanted.failure, lastRun, lastGood));
  if (held !== undefined) io.err(`${heldSentence(config, lastGood, held)}\n`);
  if (lost !== undefined) io.err(`${lostSentence(config, lastGood, lost)}\n`);
  if (settings === undefined) return exitCodes.settings;
  const stopAsked = io.stopAsked().then(
    () => exitCodes.done,
    (thrown: unknown) => {
      io.err(`doorpad: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
      return exitCodes.fault;
    },
  );
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  // What an order accepts is written behind what the start has still to write.
  const waiting = held && { ...held, accept: () => settled.then(() => held.accept()) };
  const booting = io.boot(settings.config, lastRun?.config, waiting);
  const first = await Promise.race([booting, stopAsked]);
  if (typeof first === 'number') return stopped(booting, first, io);
  keep(lastGood, settings, wanted.ok, io);
  settle();
  const restart = first.restartNeeded.then(({ message }) => {
    io.err(`doorpad: the door has to be started anew: ${message}\n`);
    return exitCodes.fault;
  });
  return stopped(booting, await Promise.race([stopAsked, restart]), io);
};

const sentencesOn = (errors: readonly string[], lastRun: SettingsFile | undefined, lastGood: string): string =>
  `${errors.join('\n')}\n${
    lastRun === undefined
      ? 'The door does not start: there are no settings it ran with before.\n'
      : `The door goes on with the settings it last ran with (${lastGood}).\n`
  }`;

/** A door that cannot keep its settings works all the same. What was accepted stays so until they are kept. */
const keep = (path: string, settings: SettingsFile, isOfFile: boolean, io: RunIo): void => {
  try {
    keepSettings(path, settings.text);
    settleSettings(settings, isOfFile);
  } catch (thrown) {
    io.err(
      `The settings could not be kept in ${path} (${(thrown as NodeJS.ErrnoException).code}): a wrong settings file will keep the door from starting.\n`,
    );
  }
};

/** A door that is still starting is stopped as soon as it has started: half of one is never left behind. */
const stopped = async (booting: Promise<Running>, code: RunCode, io: RunIo): Promise<RunCode> => {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`it took longer than ${stopDeadlineMs} ms`), stopDeadlineMs);
  const stopping = booting.then((running) => running.stop()).then(() => undefined, String);
  const problem = await Promise.race([stopping, late]);
  clearTimeout(timer);
  if (problem === undefined) return code;
  io.err(`doorpad: stopping did not end well: ${problem}\n`);
  return exitCodes.fault;
};
