/**
 * `npm run sim -- controller`: the controller's end of one line as a process of its own, with its database on disk and a real serial port.
 * What readers say goes out as lines, what somebody asks comes in as lines. What is sent when is controller/'s.
 */
import { join } from 'node:path';
import { defaultProfile, displayText, isEventCode } from '../../src/access/events.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { firstRetryMs } from '../../src/drivers/retries.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { maxFrameBytes } from '../../src/osdp/frame.ts';
import { present } from '../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { preparePrivateDirectory } from '../../src/tools/private-files.ts';
import { columnsOf } from '../../src/tools/text-width.ts';
import { settleListening } from '../controller/api/listening.ts';
import { liveHearers } from '../controller/api/live.ts';
import { type ManagerRoutes, managerRoutes } from '../controller/api/manager-routes.ts';
import { ControllerStore, type ControllerStoreOptions } from '../controller/controller-store.ts';
import type { NewEvent } from '../controller/event-store.ts';
import type { FileTaken } from '../controller/file-changes.ts';
import { LineController } from '../controller/line-controller.ts';
import type { ReaderListener } from '../controller/reader-state.ts';
import { weaknessOf } from '../controller/rules/pin-rules.ts';
import type { KnownReader, Site } from '../controller/site-store.ts';
import { takeSite } from '../controller/take-site.ts';
import { UpdateDesk } from '../controller/update-desk.ts';
import { SimStrike } from '../devices/strike.ts';
import { exitCodes } from '../exit-codes.ts';
import { ControllerDesk, stateText } from './controller-desk.ts';
import { holdDirectory, isInUse, portInUse, portTeller } from './holding.ts';
import { factsText, type ProcessIo, type Say, sayWith, untilEnd } from './io.ts';
import { freshPages, type Manager, type ManagerServer, newManager, withoutBench } from './manager-server.ts';
import { restore } from './restore.ts';
import { type FoundSite, findSite, namesIn, takenTexts, takePeople, weakText } from './site-files.ts';

export interface ControllerOptions {
  readonly port: string;
  /** The directory that `doorpad provision` made. */
  readonly site: string;
  readonly people?: string;
  /** Of `controller.db`. */
  readonly data?: string;
  readonly baud?: number;
  /** Milliseconds between two POLLs of a reader. */
  readonly poll?: number;
  /** Of this machine alone: where the manager is served; 0: any that is free. */
  readonly listen?: number;
  /** A backup that is taken in first, and the file with its password. */
  readonly restore?: string;
  readonly passwordFile?: string;
}

/** Of the subjects of a line; the longest that is not a reader's name is `controller`. A reader's name that is wider than the most breaks the column. */
const [leastSubjectColumns, mostSubjectColumns] = [10, 32];
/** The state of a reader is told no more often: on its way from one to the next it has many. */
const stateRestMs = 500;
/** Whoever has the port at the start may be about to end: it is tried twice. */
const patienceMs = 2 * firstRetryMs;
/** As the settings of a reader have it. */
const defaultBaudRate = 9_600;

/** Resolves with the exit code once somebody quits. Rejects with a Fault when the disk fails. */
export const runController = async (
  options: ControllerOptions,
  io: ProcessIo,
  openStore: (options: ControllerStoreOptions) => Promise<ControllerStore> = (parts) => ControllerStore.open(parts),
): Promise<number> => {
  const { site, people: file, data = join(site, 'controller') } = options;
  const crypto = new NodeCrypto();
  if (options.restore !== undefined) {
    const restored = await restore({
      file: options.restore,
      passwordFile: options.passwordFile,
      site,
      data,
      crypto,
      atMs: new NodeClock().wall().ms,
    });
    if (!restored.ok) return wrong(io, [restored.failure], exitCodes.usage);
    io.out(`${restored.value}\n`);
  }
  const found = findSite(site, crypto);
  const prepared = found.ok ? preparePrivateDirectory(data) : found;
  if (!found.ok || !prepared.ok) return wrong(io, [found.ok ? (prepared.ok ? '' : prepared.failure) : found.failure], exitCodes.usage);
  const held = holdDirectory(data);
  if (!held.ok) return wrong(io, [held.failure], exitCodes.inUse);
  const letGo = held.value;
  const { siteKey } = found.value;
  const store = await openStore({ directory: data, siteKey, crypto });
  const names = file === undefined ? new Map<number, string>() : namesIn(file);
  const readerNames = found.value.site.readers.map(({ place }) => place.name);
  const running = new RunningController({ ...options, io, store, crypto, names, readerNames });
  const started = await running.start(found.value, data, file);
  const asked = started.ok ? untilEnd(io, (line) => running.desk.carryOut(line)).then(() => 'asked' as const) : undefined;
  const ended = await Promise.race([asked, running.portTaken]);
  await running.stop();
  await store.close();
  letGo();
  if (!started.ok) return wrong(io, started.failure.sentences, started.failure.code);
  return ended === 'portTaken' ? wrong(io, [portInUse(options.port)], exitCodes.inUse) : exitCodes.done;
};

/** Why a controller does not start. */
interface Refused {
  readonly sentences: readonly string[];
  readonly code: number;
}

const refused = (...sentences: readonly string[]): Result<never, Refused> => failed({ sentences, code: exitCodes.usage });

const wrong = (io: ProcessIo, sentences: readonly string[], code: number): number => {
  io.err(`${sentences.join('\n')}\n`);
  return code;
};

interface RunningParts extends ControllerOptions {
  readonly io: ProcessIo;
  readonly store: ControllerStore;
  readonly crypto: NodeCrypto;
  /** Of people, by number. */
  readonly names: ReadonlyMap<number, string>;
  readonly readerNames: readonly string[];
}

class RunningController {
  readonly desk: ControllerDesk;
  readonly #parts: RunningParts;
  /** Whoever runs a controller vouches for the time of its machine: readers are set by it. */
  readonly #clock = new NodeClock({ isSystemTimeVouched: true });
  readonly #say: Say;
  readonly #updates: UpdateDesk;
  #server: ManagerServer | undefined;
  #manager: Manager<ManagerRoutes, never> | undefined;
  /** What was last said of each reader; and, by address too, when it is looked at again. */
  readonly #said = new Map<number, string>();
  readonly #looks = new Map<number, unknown>();
  readonly #portTaken = Promise.withResolvers<'portTaken'>();
  #patience: unknown;
  #hadPort = false;
  #line: LineController | undefined;

  constructor(parts: RunningParts) {
    const { io, names, store } = parts;
    const started = (): Pick<Manager<ManagerRoutes, never>, 'people' | 'pins'> =>
      present(this.#manager, 'what comes in is carried out once the controller has started');
    this.#parts = parts;
    this.#updates = new UpdateDesk(store);
    const widest = Math.max(leastSubjectColumns, ...parts.readerNames.map(columnsOf));
    this.#say = sayWith(io, this.#clock, Math.min(widest, mostSubjectColumns));
    this.desk = new ControllerDesk({
      io,
      store,
      clock: this.#clock,
      names,
      people: () => started().people,
      pins: () => started().pins,
      updates: this.#updates,
      say: this.#say,
      readers: () => this.#line?.readers ?? [],
    });
  }

  /** Resolves when another program has the port at the start, and keeps it. One that is lost later may come back. */
  get portTaken(): Promise<'portTaken'> {
    return this.#portTaken.promise;
  }

  /** Begins to speak on the line and to serve the manager; or every sentence that is wrong with the files, or with the port of the manager. */
  async start({ site, siteKey }: FoundSite, data: string, file: string | undefined): Promise<Result<undefined, Refused>> {
    const { crypto, store } = this.#parts;
    const taken = await takeSite(store, crypto, site);
    if (!taken.ok) return refused(taken.failure === 'otherSite' ? 'The database belongs to another site.' : 'Two readers have one address.');
    const line = this.#newLine(present(await store.site.site(), 'the site was taken in'));
    this.#line = line;
    const manager = this.#newManager(line, data);
    this.#manager = manager;
    const people = file === undefined ? undefined : await takePeople({ file, data, siteKey, crypto, desk: manager.people });
    if (people?.ok === false) return refused(...people.failure);
    if (people !== undefined) await this.#sayTaken(people.value);
    const readers = await store.site.readers();
    const tooMany = readers.filter((reader) => !line.add(reader, this.#strikeOf(reader)).ok);
    for (const { name, address } of readers) this.#say(name, `not heard yet: address ${address}, ${this.#baudRate} baud`);
    if (tooMany.length > 0) return refused(`One line takes no more readers: ${tooMany.map(({ name }) => name).join(', ')}.`);
    for (const sentence of await this.#updates.resume(line.readers)) this.#say('controller', sentence);
    return this.#serve(manager);
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#line?.stop();
    for (const timer of [this.#patience, ...this.#looks.values()]) this.#clock.clearTimeout(timer);
    this.#say('controller', 'stopped');
  }

  /** Schedules, bookings and notices go on also where nobody is served. */
  #newManager(line: LineController, directory: string): Manager<ManagerRoutes, never> {
    const { crypto, store } = this.#parts;
    return newManager<ManagerRoutes, never>({
      store,
      crypto,
      clock: this.#clock,
      line,
      directory,
      routes: managerRoutes,
      handlers: (calls) => calls,
      hearers: liveHearers,
      report: (sentence) => this.#say('manager', sentence),
    });
  }

  /** A file may be how an old system moves in, so its PINs are taken as they are, and the weak ones are told of. */
  async #sayTaken(taken: FileTaken | undefined): Promise<void> {
    for (const text of takenTexts(taken, (person) => this.desk.nameOf(person))) this.#say('people', text);
    const { come = [], changed = [], countAgain = [], comeBack = [] } = taken ?? {};
    const weak: string[] = [];
    for (const person of [...come, ...changed, ...countAgain, ...comeBack]) {
      const pin = (await this.#parts.store.people.person(person))?.pin;
      if (pin !== undefined && weaknessOf(pin) !== undefined) weak.push(this.desk.nameOf(person));
    }
    if (weak.length > 0) this.#say('people', weakText(weak));
  }

  async #serve(manager: Manager<ManagerRoutes, never>): Promise<Result<undefined, Refused>> {
    const { listen, io } = this.#parts;
    if (listen === undefined) return ok(undefined);
    const listening = settleListening({ port: listen, hasToken: true });
    if (!listening.ok) return refused(listening.failure);
    const pages = withoutBench(await freshPages(() => this.#say('manager', 'the pages are being made from their sources, which takes some seconds')));
    const served = await manager.serve({ listening: listening.value, pages });
    if (!served.ok) return failed({ sentences: [served.failure], code: exitCodes.inUse });
    this.#server = served.value;
    io.out(
      `The manager is served on this machine. Open this in a browser; what follows # in it is the key to all of it:\n\n  ${served.value.address}\n\n`,
    );
    return ok(undefined);
  }

  get #baudRate(): number {
    return this.#parts.baud ?? defaultBaudRate;
  }

  #newLine(site: Site): LineController {
    const { crypto, port, store, poll } = this.#parts;
    const [clock, baudRate] = [this.#clock, this.#baudRate];
    const tell = portTeller(port, this.#say);
    const line = new SerialLink({
      path: port,
      baudRate,
      clock,
      told: (news) => {
        const isTaken = !this.#hadPort && isInUse(news);
        tell(news, isTaken ? patienceMs : undefined);
        this.#clock.clearTimeout(this.#patience);
        if (news.what === 'opened') this.#hadPort = true;
        else if (isTaken) this.#patience = clock.setTimeout(() => this.#portTaken.resolve('portTaken'), patienceMs);
      },
    });
    return new LineController({
      line,
      clock,
      crypto,
      store,
      site,
      baudRate,
      ...(poll !== undefined && { pollIntervalMs: poll }),
      // What waits at a reader comes up together.
      maxReplyBytes: maxFrameBytes,
      listener: this.#listener(),
    });
  }

  #listener(): ReaderListener {
    return {
      changed: ({ address }) => {
        if (this.#looks.has(address)) return;
        this.#looks.set(
          address,
          this.#clock.setTimeout(() => this.#look(address), stateRestMs),
        );
      },
      alarm: ({ name }, alarm, detail) => this.#say(name, `alarm ${alarm}${detail === '' ? '' : `: ${detail}`}`),
      event: ({ name }, event) => this.#say(name, this.#eventText(event)),
    };
  }

  #look(address: number): void {
    this.#looks.delete(address);
    const keeper = this.#line?.readers.find(({ reader }) => reader.address === address);
    const text = keeper && stateText(keeper);
    if (text === undefined || this.#said.get(address) === text) return;
    this.#said.set(address, text);
    this.#say(keeper?.reader.name ?? '', text);
  }

  #eventText({ sequence, entry }: NewEvent): string {
    if (entry === undefined) return `event ${sequence} cannot be read`;
    const { code, person, fields } = entry;
    const words = isEventCode(code) ? displayText(code, defaultProfile) : 'of a later version';
    return `event ${sequence} ${code}: ${words}${person === undefined ? '' : `, ${this.desk.nameOf(person)}`}${factsText(fields)}`;
  }

  /** For a reader whose lock hangs here. */
  #strikeOf({ name }: KnownReader): SimStrike {
    const strike = new SimStrike(this.#clock);
    strike.changes.watch(({ isEnergised }) => this.#say(name, isEnergised ? 'strike released here' : 'strike secured here'));
    return strike;
  }
}
