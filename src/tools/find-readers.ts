/**
 * Looks for readers on a line of which nothing is known: rates, addresses, who they are and whether they have a key (FIELD I2, I4, I5).
 * Listens before it speaks, and does not speak where a controller does. How it is said is find-report.ts's.
 */
import { configurationAddress, type Frame, scs } from '../osdp/frame.ts';
import { nakCodes } from '../osdp/nak.ts';
import { decodeReply, type ReplyPayload, replies } from '../osdp/replies.ts';
import { newDefaultScbk } from '../osdp/scbk.ts';
import { scbkKinds } from '../osdp/secure-channel.ts';
import { SessionCipher } from '../osdp/session-cipher.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { LineAsker, Overheard } from './line-asker.ts';

/** At each rate, before the first question: a controller asks at least five times a second (OSDP.md §13). */
const overhearMs = 500;
/** How often an address is asked that has answered anything. */
const asksOfOne = 3;
const asksOfAll = 2;
/** When more of the addresses than this answer nothing but damaged bytes, it is not for two readers having the same. */
const mostGarbledShare = 0.25;

export type Identity = ReplyPayload<'pdid'>;

export interface FoundReader {
  readonly baudRate: number;
  /** `configurationAddress`: it answers there, and at no address of its own. */
  readonly address: number;
  readonly identity: Identity;
  /** It takes the published default key: nobody has keyed it, or its install mode is open. */
  readonly takesDefaultKey: boolean;
  /** It does what it is told without a secure channel; undefined: it did not say. */
  readonly speaksClear: boolean | undefined;
}

export interface Conflict {
  readonly baudRate: number;
  readonly address: number;
  /** Of those that were heard, each once; fewer than two when they only garbled each other. */
  readonly identities: readonly Identity[];
}

/** What was heard that is no answer, where there is no conflict. */
export interface Noise {
  /** Bytes that came while this tool was silent. */
  readonly idleBytes: number;
  /** Questions, and those after which damaged bytes came. */
  readonly asked: number;
  readonly damaged: number;
  readonly bytes: number;
  readonly zeroBytes: number;
}

export interface Search {
  /** A controller speaks on this line: nothing was asked. */
  readonly controller: { readonly baudRate: number; readonly address: number } | undefined;
  readonly readers: readonly FoundReader[];
  readonly conflicts: readonly Conflict[];
  readonly noise: Noise;
  /** The port has no rates, as a pty: a reader was heard whole at all of these, and looked for at this one only. */
  readonly ratesAlike: number | undefined;
}

export interface Progress {
  readonly what: 'listening' | 'calling' | 'asking';
  readonly baudRate: number;
  /** With `asking`. */
  readonly address?: number;
}

export interface SearchOptions {
  readonly baudRates: readonly number[];
  /** 0..126. */
  readonly addresses: readonly number[];
  /** Every address at every rate, also when readers were found at one. */
  readonly isThorough: boolean;
}

export class ReaderSearch {
  readonly #asker: LineAsker;
  readonly #crypto: Crypto;
  readonly #told: (progress: Progress) => void;
  readonly #readers: FoundReader[] = [];
  readonly #conflicts: Conflict[] = [];
  /** Addresses from which nothing whole came, and something damaged each time. */
  readonly #garbled: { readonly baudRate: number; readonly address: number; readonly answers: readonly Overheard[] }[] = [];
  #ratesAlike: number | undefined;
  readonly #noise = { idleBytes: 0, asked: 0, damaged: 0, bytes: 0, zeroBytes: 0 };

  constructor(asker: LineAsker, crypto: Crypto, told: (progress: Progress) => void) {
    this.#asker = asker;
    this.#crypto = crypto;
    this.#told = told;
  }

  async run({ baudRates, addresses, isThorough }: SearchOptions): Promise<Search> {
    const controller = await this.#findController(baudRates);
    if (controller !== undefined) return this.#result(controller);
    const calls = new Map<number, Overheard>();
    for (const baudRate of baudRates) calls.set(baudRate, await this.#call(baudRate));
    const rank = (baudRate: number): number => {
      const call = calls.get(baudRate);
      if (call !== undefined && identitiesIn(call, configurationAddress).length > 0) return 0;
      return (call?.bytes ?? 0) > 0 ? 1 : 2;
    };
    const isAlike = baudRates.length > 1 && baudRates.every((baudRate) => rank(baudRate) === 0);
    const answers = distinct([...calls.values()].flatMap((call) => identitiesIn(call, configurationAddress)));
    if (isAlike && answers.length === 1 && !isThorough) {
      const [baudRate = 0] = baudRates;
      this.#ratesAlike = baudRate;
      await this.#scan(baudRate, addresses, calls.get(baudRate));
      return this.#result(undefined);
    }
    const isAnyHeard = baudRates.some((baudRate) => rank(baudRate) < 2);
    for (const baudRate of baudRates.toSorted((left, right) => rank(left) - rank(right))) {
      const isFound = this.#readers.length + this.#conflicts.length + this.#garbled.length > 0;
      if (isFound && isAnyHeard && !isThorough && rank(baudRate) > 0) continue;
      await this.#scan(baudRate, addresses, calls.get(baudRate));
    }
    return this.#result(undefined);
  }

  /** For whoever stops the search. */
  get found(): readonly FoundReader[] {
    return this.#readers;
  }

  /** What is damaged at one address only is a conflict; at many, or while nobody was asked, it is the line. */
  #result(controller: Search['controller']): Search {
    const garbled = this.#garbled.length;
    const isLine = this.#noise.idleBytes > 0 || garbled > (this.#noise.asked + garbled) * mostGarbledShare;
    if (isLine) {
      for (const { answers } of this.#garbled) this.#count(answers);
    } else {
      for (const { baudRate, address } of this.#garbled) this.#conflicts.push({ baudRate, address, identities: [] });
    }
    return { controller, readers: this.#readers, conflicts: this.#conflicts, noise: { ...this.#noise }, ratesAlike: this.#ratesAlike };
  }

  async #findController(baudRates: readonly number[]): Promise<Search['controller']> {
    for (const baudRate of baudRates) {
      this.#asker.setBaudRate(baudRate);
      this.#told({ what: 'listening', baudRate });
      const overheard = await this.#asker.overhear(overhearMs);
      const [frame] = overheard.frames;
      if (frame !== undefined) return { baudRate, address: frame.address };
      this.#noise.idleBytes += overheard.bytes;
      this.#note(overheard);
    }
    return undefined;
  }

  /** Everybody at once: one reader answers clearly, several garble each other. */
  async #call(baudRate: number): Promise<Overheard> {
    this.#asker.setBaudRate(baudRate);
    this.#told({ what: 'calling', baudRate });
    let best = await identify(this.#asker, configurationAddress);
    for (let asked = 1; asked < asksOfAll && best.frames.length === 0; asked += 1) {
      const again = await identify(this.#asker, configurationAddress);
      if (again.bytes > 0) best = again;
    }
    return best;
  }

  async #scan(baudRate: number, addresses: readonly number[], call: Overheard | undefined): Promise<void> {
    this.#asker.setBaudRate(baudRate);
    let found = 0;
    for (const address of addresses) {
      this.#told({ what: 'asking', baudRate, address });
      const first = await identify(this.#asker, address);
      if (first.bytes === 0) this.#noise.asked += 1;
      else if (await this.#examine(baudRate, address, first)) found += 1;
    }
    const [nameless] = call === undefined ? [] : identitiesIn(call, configurationAddress);
    if (found === 0 && nameless !== undefined) {
      this.#readers.push({ baudRate, address: configurationAddress, identity: nameless, takesDefaultKey: false, speaksClear: undefined });
    }
  }

  /** True: a reader is there, or several. */
  async #examine(baudRate: number, address: number, first: Overheard): Promise<boolean> {
    const answers = [first];
    while (answers.length < asksOfOne) answers.push(await identify(this.#asker, address));
    const identities = distinct(answers.flatMap((answer) => identitiesIn(answer, address)));
    const isDouble = answers.some((answer) => identitiesIn(answer, address).length > 1);
    const damaged = answers.filter((answer) => answer.damagedBytes > 0).length;
    const [identity] = identities;
    if (isDouble || identities.length > 1) {
      this.#conflicts.push({ baudRate, address, identities });
      return true;
    }
    // Noise spares a whole answer now and then; two readers at once spoil nearly all.
    if (identity === undefined && damaged === asksOfOne) {
      this.#garbled.push({ baudRate, address, answers });
      return true;
    }
    this.#count(answers);
    if (identity === undefined) return false;
    const takesDefaultKey = await this.#takesDefaultKey(address);
    this.#readers.push({ baudRate, address, identity, takesDefaultKey, speaksClear: await this.#speaksClear(address) });
    return true;
  }

  #count(answers: readonly Overheard[]): void {
    this.#noise.asked += answers.length;
    this.#noise.damaged += answers.filter(({ damagedBytes }) => damagedBytes > 0).length;
    for (const answer of answers) this.#note(answer);
  }

  #note({ damagedBytes, zeroBytes }: Overheard): void {
    this.#noise.bytes += damagedBytes;
    if (damagedBytes > 0) this.#noise.zeroBytes += Math.min(zeroBytes, damagedBytes);
  }

  /** Goes no further than the reader's own proof: no session is opened. */
  async #takesDefaultKey(address: number): Promise<boolean> {
    const rndA = this.#crypto.randomBytes(8);
    const security = { type: scs.challenge, data: Uint8Array.of(scbkKinds.default) };
    const overheard = await this.#asker.ask({ address, name: 'chlng', payload: { rndA }, security });
    const frame = repliesOf(overheard, address).find(({ code }) => code === replies.ccrypt.code);
    if (frame === undefined || frame.security?.data[0] !== scbkKinds.default) return false;
    const reply = decodeReply(frame.code, frame.data);
    if (!reply.ok || reply.value.name !== 'ccrypt') return false;
    const { rndB, clientCryptogram } = reply.value.payload;
    const cipher = new SessionCipher(this.#crypto, newDefaultScbk(), rndA, rndB);
    return this.#crypto.isEqual(cipher.clientCryptogram, clientCryptogram);
  }

  /** Asked for its status, not with POLL: what waits to be told is a controller's. */
  async #speaksClear(address: number): Promise<boolean | undefined> {
    const overheard = await this.#asker.ask({ address, name: 'lstat', payload: undefined });
    const [frame] = repliesOf(overheard, address);
    if (frame === undefined) return undefined;
    if (frame.code !== replies.nak.code) return true;
    const [code] = frame.data;
    return code !== nakCodes.encryptionRequired && code !== nakCodes.securityUnsupported;
  }
}

const identify = (asker: LineAsker, address: number): Promise<Overheard> => asker.ask({ address, name: 'id', payload: { form: 'standard' } });

const repliesOf = ({ frames }: Overheard, address: number): readonly Frame[] =>
  frames.filter((frame) => frame.isReply && (frame.address === address || address === configurationAddress));

const identitiesIn = (overheard: Overheard, address: number): readonly Identity[] =>
  repliesOf(overheard, address).flatMap(({ code, data }) => {
    const reply = decodeReply(code, data);
    return reply.ok && reply.value.name === 'pdid' ? [reply.value.payload] : [];
  });

const distinct = (identities: readonly Identity[]): readonly Identity[] => [
  ...new Map(identities.map((identity) => [JSON.stringify(identity), identity])).values(),
];
