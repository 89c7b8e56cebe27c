/**
 * What somebody asks of a controller process, a line each: PINs rolled, modes, releases, how things stand. Decides the words; what a change
 * brings about is controller/'s.
 */
import { resolve } from 'node:path';
import { Pin } from '../../src/access/pin.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { orderModes } from '../../src/table/orders.ts';
import { refusalBody } from '../controller/api/refusals.ts';
import { whyNot } from '../controller/calls/mode-guard.ts';
import type { ControllerStore } from '../controller/controller-store.ts';
import type { PeopleDesk } from '../controller/people-desk.ts';
import type { PinDesk, PinRefusal } from '../controller/pin-desk.ts';
import type { ReaderKeeper } from '../controller/reader-keeper.ts';
import { orderByHand } from '../controller/reader-modes.ts';
import type { KeepingState } from '../controller/table-keeper.ts';
import type { UpdateDesk } from '../controller/update-desk.ts';
import type { UpdateState, UpdateStep } from '../controller/update-keeper.ts';
import { type ProcessIo, peopleText, type Say } from './io.ts';

export interface DeskParts {
  readonly store: ControllerStore;
  readonly clock: Pick<Clock, 'wall'>;
  readonly people: () => PeopleDesk;
  readonly pins: () => PinDesk;
  readonly updates: UpdateDesk;
  readonly names: ReadonlyMap<number, string>;
  readonly io: Pick<ProcessIo, 'out' | 'err'>;
  readonly say: Say;
  readers(): readonly ReaderKeeper[];
}

export const controllerHelp = `  roll WHO [PIN]            a new PIN, by name or number; left out, one is made and shown
  remove WHO                a person goes
  mode MODE READER          ${orderModes.join(', ')}; anyway behind it: whatever stands against it
  release READER            the strike, for as long as the reader's settings say
  clock READER              our time, also where the reader's clock runs far ahead
  accept-settings READER    its settings file that waits, though it weakens the door; with a hash behind: only that one
                            READER is a name or an address; all: every reader, but for settings
  update READER FILE        a signed file of doorpad make-update, over the line; stop in place of FILE: not any more
  status, help, quit
`;

/** Who did it, in the audit. */
const byTerminal = 'terminal';

const refusals: Readonly<Record<PinRefusal | 'isOfBooking', string>> = {
  unknownPerson: 'There is nobody with that number.',
  hasNoPin: 'Nobody there has a PIN.',
  pinNotAvailable: 'That PIN cannot be given. Choose another one.',
  noPinFree: 'No PIN of that length is free.',
  codeSpaceTooSmall: 'PINs of that length are too easily guessed with so many people. Give a longer one.',
  isOfBooking: 'That is an access of a booking, and changes with it.',
};

type Giving = (keeper: ReaderKeeper) => ReturnType<ReaderKeeper['order']>;

export class ControllerDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Throws a Fault when the store does. */
  async carryOut(line: string): Promise<'more' | 'last'> {
    const [verb = '', ...rest] = line.split(/\s+/);
    const { io } = this.#parts;
    switch (verb) {
      case 'roll':
        await this.#roll(rest);
        break;
      case 'remove':
        await this.#remove(rest.join(' '));
        break;
      case 'mode':
        await this.#mode(rest);
        break;
      case 'release':
        await this.#order('release', (keeper) => keeper.order({ kind: 'release' }), rest.join(' '));
        break;
      case 'accept-settings':
        await this.#acceptSettings(rest);
        break;
      case 'clock':
        await this.#order('setClock', (keeper) => keeper.setClock(), rest.join(' '));
        break;
      case 'update':
        await this.#update(rest);
        break;
      case 'status':
        for (const keeper of this.#parts.readers()) this.#parts.say(keeper.reader.name, stateText(keeper));
        break;
      case 'help':
        io.out(controllerHelp);
        break;
      case 'quit':
        return 'last';
      default:
        io.err('There is no such command. Say help for those there are.\n');
    }
    return 'more';
  }

  nameOf(person: number): string {
    return this.#parts.names.get(person) ?? `person ${person}`;
  }

  async #roll(words: readonly string[]): Promise<void> {
    const { io, pins, say } = this.#parts;
    const isPersonAlone = this.#named(words.join(' ')).length > 0;
    const isPersonBefore = words.length > 1 && this.#named(words.slice(0, -1).join(' ')).length > 0;
    if (isPersonAlone && isPersonBefore) {
      io.err('Two names fit: say the number.\n');
      return;
    }
    const hasPin = !isPersonAlone && words.length > 1 && (/^[0-9]+$/.test(words.at(-1) ?? '') || isPersonBefore);
    const given = hasPin ? words.at(-1) : undefined;
    const person = await this.#personOf((given === undefined ? words : words.slice(0, -1)).join(' '));
    if (person === undefined) return;
    const pin = given === undefined ? undefined : Pin.from(given);
    if (given !== undefined && pin === undefined) {
      io.err('A PIN has 4 to 8 digits.\n');
      return;
    }
    const rolled = await pins().issue(person, 'pin', pin === undefined ? { length: undefined } : { pin }, byTerminal);
    if (!rolled.ok) {
      io.err(`${refusals[rolled.failure]}\n`);
      return;
    }
    say('people', `${this.nameOf(person)} has a new PIN: in force at a reader once it says table.applied`);
    if (given === undefined) io.out(`The new PIN of ${this.nameOf(person)} is ${rolled.value.pin.reveal()}. It is shown this once.\n`);
  }

  async #remove(who: string): Promise<void> {
    const { io, people, say } = this.#parts;
    const person = await this.#personOf(who);
    if (person === undefined) return;
    const removed = await people().remove(person, byTerminal);
    if (removed.ok) say('people', `${this.nameOf(person)} is gone: at a reader once it says table.applied`);
    else io.err(`${refusals.unknownPerson}\n`);
  }

  /** Whom somebody may change from here; undefined: it was said why there is nobody. */
  async #personOf(who: string): Promise<number | undefined> {
    const person = this.#meant(who);
    if (person === undefined || (await this.#parts.store.bookings.accessOfPerson(person)) === undefined) return person;
    this.#parts.io.err(`${refusals.isOfBooking}\n`);
    return undefined;
  }

  #meant(who: string): number | undefined {
    if (who === '') {
      this.#parts.io.err('Say who: a name of the people file, or a number.\n');
      return undefined;
    }
    if (/^[0-9]+$/.test(who)) return Number(who);
    const found = this.#named(who);
    if (found.length === 1) return found[0];
    this.#parts.io.err(found.length === 0 ? 'Nobody has that name in the people file.\n' : 'More than one has that name: say the number.\n');
    return undefined;
  }

  /** Whatever capitals they are typed in, with quotes around or without. */
  #named(who: string): readonly number[] {
    const meant = who.replace(/^"(.*)"$/, '$1').toLowerCase();
    return [...this.#parts.names].flatMap(([person, name]) => (name.toLowerCase() === meant ? [person] : []));
  }

  async #mode([word, ...reader]: readonly string[]): Promise<void> {
    const mode = orderModes.find((each) => each === word);
    if (mode === undefined) {
      this.#parts.io.err(`A mode is one of ${orderModes.join(', ')}.\n`);
      return;
    }
    const isMeant = reader.length > 1 && reader.at(-1) === 'anyway';
    const which = (isMeant ? reader.slice(0, -1) : reader).join(' ');
    const meant = this.#meantReaders('setMode', which);
    for (const keeper of meant) {
      const wrong = await whyNot({ store: this.#parts.store, line: { readers: this.#parts.readers() } }, keeper.reader, mode, isMeant);
      if (wrong === undefined || wrong.ok) continue;
      this.#parts.io.err(`${keeper.reader.name}: ${refusalBody(wrong.failure).error.sentence} Say anyway behind it where it is meant.\n`);
      return;
    }
    await this.#orderAt(meant, 'setMode', (keeper) => orderByHand(this.#parts.store, keeper, mode));
  }

  async #acceptSettings(words: readonly string[]): Promise<void> {
    const last = words.at(-1) ?? '';
    const hash = words.length > 1 && /^[0-9a-f]{8,64}$/.test(last) ? last : '';
    const which = (hash === '' ? words : words.slice(0, -1)).join(' ');
    if (which === '') this.#parts.io.err('Say at which reader: its name or its address.\n');
    else await this.#order('acceptSettings', (keeper) => keeper.acceptSettings(hash), which);
  }

  /** Names of readers and of files have blanks in them: the longest name of a reader counts. */
  async #update(words: readonly string[]): Promise<void> {
    const { clock, io, say, store, updates } = this.#parts;
    const counts = words.map((_, index) => words.length - index);
    const count = counts.find((each) => this.#readersOf(words.slice(0, each).join(' ')).length > 0) ?? 1;
    const meant = this.#meantReaders('update', words.slice(0, count).join(' '));
    const file = words
      .slice(count)
      .join(' ')
      .replace(/^"(.*)"$/, '$1');
    if (meant.length === 0) return;
    if (file === '') {
      io.err('Say which file behind the reader; or stop.\n');
      return;
    }
    const audit = (what: string, detail: string): Promise<void> => store.audit.add({ atMs: clock.wall().ms, by: byTerminal, what, detail });
    if (file === 'stop') {
      await updates.withdraw(meant);
      for (const { reader } of meant) await audit('update.withdrawn', reader.name);
      for (const { reader } of meant) say(reader.name, 'no update is sent any more');
      return;
    }
    const offered = await updates.offer(meant, resolve(file));
    if (!offered.ok) io.err(`${offered.failure}\n`);
    else for (const { reader } of meant) await audit('update.offered', `${reader.name}: release ${offered.value.release} (${offered.value.version})`);
  }

  #order(name: string, give: Giving, which: string): Promise<void> {
    return this.#orderAt(this.#meantReaders(name, which), name, give);
  }

  /** Of this name or address, or all of them. Whoever names none is asked: a door that nobody meant must not open. Empty: it was said why. */
  #meantReaders(name: string, which: string): readonly ReaderKeeper[] {
    const { io } = this.#parts;
    if (which === '') {
      io.err('Say at which reader: its name or its address; or all.\n');
      return [];
    }
    const meant = this.#readersOf(which, name !== 'acceptSettings');
    if (meant.length === 0) io.err('There is no such reader.\n');
    return meant;
  }

  #readersOf(which: string, mayBeAll = true): readonly ReaderKeeper[] {
    const wanted = which.replace(/^"(.*)"$/, '$1');
    const all = this.#parts.readers();
    const named = all.filter(({ reader }) => wanted === String(reader.address) || wanted === reader.name);
    return named.length === 0 && wanted === 'all' && mayBeAll ? all : named;
  }

  /** With its lines in the audit, as over the API. */
  async #orderAt(keepers: readonly ReaderKeeper[], name: string, give: Giving): Promise<void> {
    const { clock, say, store } = this.#parts;
    const audit = (what: string, detail: string): Promise<void> => store.audit.add({ atMs: clock.wall().ms, by: byTerminal, what, detail });
    await Promise.all(
      keepers.map(async (keeper) => {
        const reader = keeper.reader.name;
        if (keeper.state.isOnline) await audit(`order.${name}`, reader);
        const answer = await give(keeper);
        if (keeper.state.isOnline) await audit(`order.${name}.ended`, `${reader}: ${answer}`);
        say(reader, `order ${name}: ${answer}`);
      }),
    );
  }
}

const keepingWords: Readonly<Record<KeepingState, string>> = {
  offline: 'not looked after',
  working: 'being brought up to date',
  inStep: 'up to date',
  waiting: 'to be tried again',
  suspended: 'given up, see the alarms',
};

const updateWords: Readonly<Record<UpdateStep, string>> = {
  waiting: 'waits',
  sending: 'is being sent',
  installing: 'is there, and is being put in force',
  inForce: 'runs',
  refused: 'was refused',
  impossible: 'cannot be sent: this reader takes none over its line',
};

const updateText = ({ release, version, step, receivedBytes, totalBytes, refused }: UpdateState): string => {
  const share = step === 'waiting' || step === 'sending' ? ` (${Math.floor((100 * receivedBytes) / totalBytes)} %)` : '';
  return `update to release ${release} (${version}) ${updateWords[step]}${share}${refused === undefined ? '' : `: ${refused}`}`;
};

/** How things stand at one reader, in a line. */
export const stateText = ({ state: { isOnline, offlineReason, table, door, waitingSettings, keeping, update } }: ReaderKeeper): string => {
  if (!isOnline) return `offline${offlineReason === undefined ? '' : `, ${offlineReason}`}`;
  const facts = [
    'online',
    ...(table === undefined ? [] : [`table version ${table.version} with ${peopleText(table.persons)}`, keepingWords[keeping]]),
    ...(door === undefined ? [] : [`mode ${door.mode}`, `${door.deciding} decides`, door.software]),
    ...(waitingSettings === undefined ? [] : [`settings ${waitingSettings.slice(0, 16)} wait to be accepted`]),
    ...(update === undefined ? [] : [updateText(update)]),
  ];
  return facts.join(', ');
};
