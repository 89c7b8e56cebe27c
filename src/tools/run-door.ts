/**
 * Runs a door from its settings file until it is told to stop: goes on with the settings of last time when the file is
 * wrong (SECURITY G7) or waits for an order (settings-guard.ts), stops within a limit (G13), and ends with a code of its own when the process can no longer be
 * trusted (G1), or when only a new start helps the door. What a running door does is boot.ts's.
 */
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import { ok } from '../shared/result.ts';
import { exitCodes } from './exit-codes.ts';
import { keepSettings, type LastRun, readLastRun, readSettingsFile, type SettingsFile } from './settings-file.ts';
import { judgeSettings, lostSentence, settleSettings, type WaitingFile, waitingSentence } from './settings-guard.ts';

/** A door that serves people. */
export interface Running {
  /** Resolves when only a new start helps, with the reason; never rejects. Until then the door serves as well as it can. */
  readonly restartNeeded: Promise<{ readonly message: string }>;
  /** Secures the strike, finishes what is being written, lets go of every device. */
  stop(): Promise<void>;
}
/** What a door is started with, beside its settings. */
export interface BootFacts {
  /** The settings it last ran with, where they are known. */
  readonly lastRun: Config | undefined;
  /** Those of the file, where they wait for an order. */
  readonly waiting: WaitingFile | undefined;
  /** The mode they say counts over one that was set; see access/mode.ts. */
  readonly areSettingsAccepted: boolean;
  /** Where the settings file lies, and a bundle may lie beside it. */
  readonly settingsFolder: string;
}
export type Boot = (config: Config, facts: BootFacts) => Promise<Running>;

export interface RunIo {
  err(text: string): void;
  readonly boot: Boot;
  /** Resolves when the reader is to stop; rejects when this process can no longer be trusted. */
  stopAsked(): Promise<void>;
}

/** Where a door finds its settings. */
export interface DoorFiles {
  readonly config: string;
  /** The copy of those it last ran with. */
  readonly lastGood: string;
  /** Where there is no file: these are judged as one that says the same. */
  readonly settings?: SettingsFile | undefined;
  /** In place of the one that settings name. */
  readonly dataDir?: string;
}

/** Stopping that takes longer is given up: the strike is secured first, and what is not on disk was not promised. */
export const stopDeadlineMs = 2_000;

type RunCode = typeof exitCodes.done | typeof exitCodes.fault | typeof exitCodes.settings;

/** Resolves with the exit code. Rejects with what boot rejected with. */
export const runDoor = async ({ config, lastGood, settings: given, dataDir }: DoorFiles, io: RunIo): Promise<RunCode> => {
  const placed = (file: SettingsFile): SettingsFile => (dataDir === undefined ? file : { ...file, config: { ...file.config, dataDir } });
  const read = given === undefined ? readSettingsFile(config) : ok(given);
  const wanted = read.ok ? ok(placed(read.value)) : read;
  const last = readLastRun(lastGood);
  const lastRun = last.settings === undefined ? last : { ...last, settings: placed(last.settings) };
  const { settings, areAccepted, waiting, lost, unreadable } = judgeSettings(wanted.ok ? wanted.value : undefined, lastRun);
  if (!wanted.ok) io.err(sentencesOn(wanted.failure, lastRun));
  if (waiting !== undefined) io.err(`${waitingSentence(config, lastGood, waiting)}\n`);
  if (lost !== undefined) io.err(`${lostSentence(config, lastGood, lost, unreadable)}\n`);
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
  const onceSettled = waiting && { ...waiting, accept: () => settled.then(() => waiting.accept()) };
  const booting = io.boot(settings.config, {
    lastRun: lastRun.settings?.config,
    waiting: onceSettled,
    areSettingsAccepted: areAccepted,
    settingsFolder: dirname(config),
  });
  const first = await Promise.race([booting, stopAsked]);
  if (typeof first === 'number') return stopped(booting, first, io);
  keep(lastRun, settings, wanted.ok, io);
  settle();
  const restart = first.restartNeeded.then(({ message }) => {
    io.err(`doorpad: the door has to be started anew, as a service unit does by itself: ${message}\n`);
    return exitCodes.fault;
  });
  return stopped(booting, await Promise.race([stopAsked, restart]), io);
};

const sentencesOn = (errors: readonly string[], { path, settings, unreadable }: LastRun): string => {
  const why = unreadable === undefined ? 'there are no settings it ran with before.' : `those it ran with before cannot be read. ${unreadable}`;
  const goesOn = settings === undefined ? `The door does not start: ${why}` : `The door goes on with the settings it last ran with (${path}).`;
  return `${errors.join('\n')}\n${goesOn}\n`;
};

/** A door that cannot keep its settings works all the same. What was accepted stays so until they are kept. */
const keep = (lastRun: LastRun, settings: SettingsFile, isOfFile: boolean, io: RunIo): void => {
  try {
    keepSettings(lastRun.path, settings.text);
    settleSettings(settings, lastRun, isOfFile);
  } catch (thrown) {
    io.err(
      `The settings could not be kept in ${lastRun.path} (${(thrown as NodeJS.ErrnoException).code}): a wrong settings file will keep the door from starting.\n`,
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
