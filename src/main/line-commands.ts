/** What the commands print that find readers on a line, hear it, and test it. What is found, heard and measured is tools/'s. */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { lineBaudRates } from '../config/settings.ts';
import type { LineConfig } from '../config.ts';
import { NodeClock } from '../drivers/node-clock.ts';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import { SerialLink, type SerialLinkNews } from '../drivers/serial-link.ts';
import { configurationAddress } from '../osdp/frame.ts';
import { osdpcapLine } from '../osdp/osdpcap.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { readBounded } from '../tools/bounded-file.ts';
import type { Printer } from '../tools/command-line.ts';
import { exitCodes } from '../tools/exit-codes.ts';
import { type Progress, ReaderSearch, type Search } from '../tools/find-readers.ts';
import { foundReport, lineStateOf, progressText, searchReport } from '../tools/find-report.ts';
import { LineAsker } from '../tools/line-asker.ts';
import { qualityText, type RatesTest, testRate, testRates, verdictOf } from '../tools/line-test.ts';
import { maxCaptureBytes, readKeyFile, readRecordedLine } from '../tools/listen-files.ts';
import { entryJson, entryLine, type HeardEntry, heardText, IdleFilter, listenOn, Transcript, type TranscriptOptions } from '../tools/listen-line.ts';
import { privateFileMode, whyOf } from '../tools/private-files.ts';
import { readSettingsFile } from '../tools/settings-file.ts';
import type { ConfigOptions } from './commands.ts';
import { Refusal } from './refusal.ts';
import type { Terminal } from './terminal.ts';

export interface LineOptions extends ConfigOptions {
  readonly port?: string;
}
export interface FindCommand extends LineOptions {
  readonly baud?: readonly number[];
  readonly addresses?: readonly number[];
  readonly all?: true;
}
export interface ListenCommand extends LineOptions {
  readonly baud?: number;
  readonly keyFile?: string;
  readonly write?: string;
  readonly json?: true;
  readonly reveal?: true;
  readonly all?: true;
}
export interface LineTestCommand extends LineOptions {
  readonly address?: number;
  readonly baud?: number;
  readonly questions: number;
  readonly rates?: true;
}
export interface LineIo extends Printer {
  readonly terminal?: Terminal;
  /** Resolves when the command is to stop before its end. */
  stopAsked(): Promise<void>;
}

const defaultBaudRate = 9_600;
const clock = new NodeClock();
const crypto = new NodeCrypto();

/** What the command says of the line; what it does not say is as in the settings, where there are any. */
const lineOf = ({ port, config }: LineOptions, io: Printer): Pick<LineConfig, 'port'> & Partial<LineConfig> => {
  const settings = readSettingsFile(config);
  const line = settings.ok ? settings.value.config.line : undefined;
  if (port !== undefined) {
    if (!settings.ok && existsSync(config)) io.err(`${config} is not in order (doorpad check says why): nothing was taken from it.\n`);
    return { ...line, port };
  }
  if (line !== undefined) return line;
  if (!settings.ok) throw new Refusal(['Say --port PATH: there are no settings that name a line.', ...settings.failure], exitCodes.usage);
  throw new Refusal([`Say --port PATH: ${config} names no line.`], exitCodes.usage);
};

/** The first thing that keeps the port from being used ends the command: nobody waits for an adapter without knowing. */
const watchedLink = (path: string, baudRate: number, io: Printer): { readonly link: SerialLink; readonly away: Promise<never> } => {
  const { promise: away, reject } = Promise.withResolvers<never>();
  away.catch(() => undefined);
  const told = ({ what, sentence }: SerialLinkNews): void => {
    if (what === 'away' || what === 'lost') reject(new Refusal([`${path}: ${sentence}${sentence.endsWith('?') ? '' : '.'}`], exitCodes.refused));
    if (what === 'slow') io.err(`${path}: ${sentence}.\n`);
  };
  return { link: new SerialLink({ path, baudRate, clock, told }), away };
};

/** Asks on the line until the work is done, the port is gone, or somebody stops it. */
const asking = async <Value>(
  path: string,
  baudRate: number,
  io: LineIo,
  work: (asker: LineAsker) => Promise<Value>,
  whenStopped: () => readonly string[] = () => [],
): Promise<Value> => {
  const { link, away } = watchedLink(path, baudRate, io);
  const asker = new LineAsker(link, clock, baudRate);
  const stopped = io.stopAsked().then(() => {
    throw new Refusal(['Stopped before the end.', ...whenStopped()], exitCodes.refused);
  });
  try {
    await Promise.race([asker.attached, away, stopped]);
    return await Promise.race([work(asker), away, stopped]);
  } finally {
    asker.stop();
  }
};

/** Who watches sees each step in place of the last; a file gets a line for each rate and what is done at it. */
const progressOn = (io: LineIo): ((progress: Progress) => void) => {
  let last = '';
  return (progress) => {
    if (io.terminal?.isErrShown === true) return io.err(`\r${progressText(progress).padEnd(60)}`);
    const { address: _, ...step } = progress;
    const text = progressText(step);
    if (text !== last) io.err(`${text}\n`);
    last = text;
  };
};
const endProgress = (io: LineIo): void => {
  if (io.terminal?.isErrShown === true) io.err(`\r${' '.repeat(60)}\r`);
};

const allAddresses = Array.from({ length: configurationAddress }, (_, address) => address);

/** Resolves with the exit code: done when readers were found and nothing is wrong. */
export const find = async (
  { baud: baudRates = lineBaudRates, addresses = allAddresses, all, ...options }: FindCommand,
  io: LineIo,
): Promise<number> => {
  const { port } = lineOf(options, io);
  const [firstRate = defaultBaudRate] = baudRates;
  let begun: ReaderSearch | undefined;
  const searchOf = (asker: LineAsker): Promise<Search> => {
    begun = new ReaderSearch(asker, crypto, progressOn(io));
    return begun.run({ baudRates, addresses, isThorough: all === true });
  };
  const foundSoFar = (): readonly string[] => {
    const found = begun?.found ?? [];
    return found.length === 0 ? [] : ['Found until then:', ...foundReport(found)];
  };
  const search = await asking(port, firstRate, io, searchOf, foundSoFar).finally(() => endProgress(io));
  io.out(`${searchReport(search).join('\n')}\n`);
  const isWell = search.readers.length > 0 && search.conflicts.length === 0 && lineStateOf(search.noise) === 'quiet';
  return isWell ? exitCodes.done : exitCodes.refused;
};

export const listen = async (file: string | undefined, options: ListenCommand, io: LineIo): Promise<void> => {
  if (file !== undefined && options.port !== undefined) throw new Refusal(['Say a capture file or --port PATH, not both.'], exitCodes.usage);
  const line = options.json === true ? entryJson : (entry: HeardEntry) => entryLine(entry, io.terminal?.outColumns);
  const isAll = options.all === true || options.json === true;
  const filter = new IdleFilter((entry) => io.out(line(entry)), isAll);
  const transcriptOptions = {
    crypto,
    keys: options.keyFile === undefined ? [] : keysIn(options.keyFile),
    isRevealed: options.reveal === true,
    told: (entry: HeardEntry) => filter.hear(entry),
  };
  try {
    if (file === undefined) await listenLive(options, transcriptOptions, io);
    else await playFile(file, options.write, transcriptOptions, io);
  } finally {
    filter.end();
    if (filter.count.frames > 0) io.err(`${heardText(filter.count, isAll)}${options.write === undefined ? '' : ` They are in ${options.write}.`}\n`);
  }
};

const keysIn = (path: string): readonly SecretBytes[] => {
  const keys = readKeyFile(path);
  if (!keys.ok) throw new Refusal([keys.failure], exitCodes.refused);
  return keys.value;
};

/** What was recorded before a fault is played, and then the fault is told. */
const playFile = async (file: string, write: string | undefined, options: TranscriptOptions, io: LineIo): Promise<void> => {
  const bytes = readBounded(file, maxCaptureBytes);
  if (!bytes.ok) throw new Refusal([`${file}: ${bytes.failure}`], exitCodes.refused);
  const { bursts, keys, startMs, fault } = readRecordedLine(bytes.value);
  const broken = fault === undefined ? undefined : new Refusal([`${file}: ${fault}`], exitCodes.refused);
  if (broken !== undefined && bursts.length === 0) throw broken;
  const capture = write === undefined ? undefined : newCapture(write, startMs, io);
  const transcript = new Transcript({ ...options, keys: [...options.keys, ...keys], ...framedTo(capture) });
  try {
    for (const burst of bursts) transcript.receive(burst.bytes, burst.atMs);
    transcript.end();
  } finally {
    capture?.close();
  }
  if (capture?.refusal !== undefined) throw capture.refusal;
  if (broken !== undefined) throw broken;
};

const listenLive = async ({ baud, write, all, json, ...options }: ListenCommand, transcriptOptions: TranscriptOptions, io: LineIo): Promise<void> => {
  const line = lineOf(options, io);
  const isAll = all === true || json === true;
  const baudRate = baud ?? line.baudRate ?? defaultBaudRate;
  const { link, away } = watchedLink(line.port, baudRate, io);
  const capture = write === undefined ? undefined : newCapture(write, Date.now(), io);
  if (io.terminal?.isErrShown === true)
    io.err(`Listening on ${line.port} at ${baudRate} baud; Ctrl-C ends it.${isAll ? '' : ' Polls that have nothing to tell are not shown.'}\n`);
  let isHeard = false;
  const told = (entry: HeardEntry): void => {
    isHeard ||= entry.kind === 'frame';
    transcriptOptions.told(entry);
  };
  const subscription = listenOn(link, clock, new Transcript({ ...transcriptOptions, told, ...framedTo(capture) }));
  try {
    await Promise.race([io.stopAsked(), away, ...(capture === undefined ? [] : [capture.full])]);
  } finally {
    subscription.stop();
    capture?.close();
  }
  if (!isHeard)
    io.err(`Nothing whole was heard at ${baudRate} baud: is that the rate (--baud), and does somebody speak? doorpad find looks at every rate.\n`);
};

const framedTo = (capture: CaptureFile | undefined): Pick<TranscriptOptions, 'framed'> =>
  capture === undefined ? {} : { framed: ({ bytes }, atMs) => capture.frame(bytes, atMs) };

interface CaptureFile {
  frame(bytes: Uint8Array, atMs: number): void;
  /** Rejects when the disk takes no more, with `refusal`. */
  readonly full: Promise<never>;
  readonly refusal: Refusal | undefined;
  close(): void;
}

/** What is said in clear is in it as it was: digits and card numbers too. Times count from `startMs`, since 1970. */
const newCapture = (path: string, startMs: number, io: Printer): CaptureFile => {
  let refusal: Refusal | undefined;
  const handle = opened(path);
  io.err(`${path} takes everything that is said, also digits and card numbers where there is no secure channel: keep it private.\n`);
  const { promise: full, reject } = Promise.withResolvers<never>();
  full.catch(() => undefined);
  return {
    full,
    get refusal() {
      return refusal;
    },
    frame: (bytes, atMs) => {
      try {
        writeSync(handle, osdpcapLine({ atMs: startMs + atMs, bytes }));
      } catch (thrown) {
        refusal ??= new Refusal([`${path} cannot be written: ${whyOf(thrown)}.`], exitCodes.refused);
        reject(refusal);
      }
    },
    close: () => closeSync(handle),
  };
};

const opened = (path: string): number => {
  try {
    return openSync(path, 'wx', privateFileMode);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'is there already: name a new file' : `cannot be written: ${whyOf(thrown)}`;
    throw new Refusal([`${path} ${why}.`], exitCodes.refused);
  }
};

/** Resolves with the exit code: done when every rate that was tested is good or fair. */
export const lineTest = async ({ address: asked, baud, questions, rates, ...options }: LineTestCommand, io: LineIo): Promise<number> => {
  const line = lineOf(options, io);
  const address = asked ?? line.address;
  if (address === undefined) {
    throw new Refusal([`Say --address N: which reader to ask. Without it, ${options.config} would have to say line.address.`], exitCodes.usage);
  }
  const baudRate = baud ?? line.baudRate ?? defaultBaudRate;
  const work = async (asker: LineAsker): Promise<RatesTest> =>
    rates === true
      ? testRates(asker, address, baudRate, lineBaudRates, questions)
      : { qualities: [await testRate(asker, address, baudRate, questions)], notes: [], isBack: true };
  const maybeMoved = [`The reader may be at another rate than ${baudRate} baud: a doorpad reader goes back by itself within a minute.`];
  const { qualities, notes, isBack } = await asking(line.port, baudRate, io, work, () => (rates === true ? maybeMoved : []));
  io.out([...qualities.map(qualityText), ...notes].map((text) => `${text}\n`).join(''));
  const isWell = isBack && qualities.every((quality) => ['good', 'fair'].includes(verdictOf(quality)));
  return isWell ? exitCodes.done : exitCodes.refused;
};
