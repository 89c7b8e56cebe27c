/**
 * An ACU and its PDs on one wire, both as they are shipped, in virtual time. In the wire sits somebody who sees every burst of bytes and may
 * drop, alter, delay or add some. What is done there, and what has to hold, is the tests'.
 */
import { Random } from '../../sim/random.ts';
import type { AcuEvent, Pairing } from '../../src/osdp/acu-events.ts';
import { AcuLine } from '../../src/osdp/acu-line.ts';
import { decodeFrame, type Frame } from '../../src/osdp/frame.ts';
import { type PdEvent, type PdOptions, PdSession } from '../../src/osdp/pd.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import type { LineSettings } from '../../src/osdp/pd-line-settings.ts';
import type { PdPolicy } from '../../src/osdp/pd-security.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { present } from '../../src/shared/assert.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { hexOf } from './bytes.ts';
import { Disk, description, idleHands, MemorySink } from './pd-bench.ts';
import { scbk, crypto as systemCrypto } from './secure-pair.ts';

/** The code at both ends: as shipped, or with a fault planted in it. */
export interface Ends {
  readonly AcuLine: typeof AcuLine;
  readonly PdSession: typeof PdSession;
}
export const shipped: Ends = { AcuLine, PdSession };

export type Toward = 'acu' | 'pd';

/** One burst on its way, as it was sent: with its mark. */
export interface Passing {
  readonly toward: Toward;
  readonly bytes: Uint8Array;
  readonly atMs: number;
  /** What it says; undefined: it is no frame. */
  readonly frame: Frame | undefined;
}

/** What arrives instead, one burst after the other; undefined: what was sent. */
export type Between = (passing: Passing) => readonly Uint8Array[] | undefined;

/** The frame in a burst of at most one. */
export const frameIn = (bytes: Uint8Array): Frame | undefined => {
  const decoded = decodeFrame(bytes[0] === 0xff ? bytes.subarray(1) : bytes);
  return decoded.ok ? decoded.value : undefined;
};

/** The maker's number under which a station takes private commands. */
export const stationOui = 0x2a1b0c;

export interface StationOptions {
  readonly address?: number;
  /** Undefined: it has none yet. */
  readonly key?: SecretBytes | undefined;
  readonly policy?: Partial<PdPolicy>;
  readonly baudRate?: number;
}

/** A reader on the wire: what it keeps outlives its session, and what it did is written down. */
export class Station {
  readonly keys: Disk<PdKeySet>;
  readonly line: Disk<LineSettings>;
  readonly sink = new MemorySink();
  readonly events: PdEvent[] = [];
  /** Everything a command did, in order. */
  readonly effects: string[] = [];
  /** Somebody has opened install mode at the reader. */
  isInstalling = false;
  pd: PdSession;
  readonly #options: PdOptions;
  readonly #ends: Ends;
  readonly #send: (bytes: Uint8Array) => void;

  constructor(ends: Ends, crypto: Crypto, options: StationOptions, send: (bytes: Uint8Array) => void) {
    this.#ends = ends;
    this.#send = send;
    this.keys = new Disk<PdKeySet>({ current: options.key, pending: undefined });
    this.line = new Disk<LineSettings>({ address: options.address ?? 1, baudRate: options.baudRate ?? 115_200 });
    const did = (what: string): void => {
      this.effects.push(what);
    };
    const allowInstall = (): boolean => this.isInstalling;
    const policy = { keepKeys: this.keys.keep, allowInstall, secureRequired: false, clearComset: false, ...options.policy };
    this.#options = {
      crypto,
      description,
      line: this.line.value,
      keepLine: this.line.keep,
      policy: { keys: this.keys.value, ...policy },
      hands: {
        ...idleHands,
        showText: ({ text }) => {
          did(`text ${text}`);
        },
        mfg: new Map([
          [
            stationOui,
            (data) => {
              did(`mfg ${hexOf(data)}`);
              return { name: 'ack', payload: undefined };
            },
          ],
        ]),
      },
      files: { sink: this.sink, manners: { mayInterleave: true, maxMessageBytes: 0 } },
    };
    this.pd = this.#begin();
  }

  /** Its power was cut: what it has kept is what it knows. */
  restart(): void {
    this.pd = this.#begin();
  }

  told(type: PdEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }

  /** Everything that a frame could have changed, but for who is there. */
  get world(): string {
    const keys = [this.keys.value.current, this.keys.value.pending].map((key) => (key === undefined ? '-' : hexOf(key.reveal())));
    return JSON.stringify([this.effects, this.sink.story, this.pd.lineSettings, keys, this.pd.isSecure]);
  }

  #begin(): PdSession {
    const { policy } = this.#options;
    const begun = { ...this.#options, line: this.line.value, policy: { ...policy, keys: this.keys.value } };
    const listener = {
      send: this.#send,
      event: (event: PdEvent) => {
        this.events.push(event);
        if (event.type === 'indicators.changed') this.effects.push(event.what);
      },
    };
    return new this.#ends.PdSession(listener, begun);
  }
}

/** The system's, with random bytes that a seed repeats. */
export const seededCrypto = (seed: number): Crypto => {
  const random = new Random(seed);
  return Object.assign(Object.create(systemCrypto) as typeof systemCrypto, {
    aes128: systemCrypto.aes128.bind(systemCrypto),
    isEqual: systemCrypto.isEqual.bind(systemCrypto),
    randomBytes: (length: number) => random.bytes(length),
  });
};

export interface TogetherOptions {
  readonly ends?: Ends;
  readonly stations?: readonly StationOptions[];
  /** What the ACU knows of all of them; without: paired where they have a key, in clear where not. */
  readonly pairing?: Pairing;
  readonly acuCrypto?: Crypto;
  readonly pdCrypto?: Crypto;
  readonly baudRate?: number;
}

interface Coming {
  readonly atMs: number;
  readonly toward: Toward;
  /** PDs that do not hear it: who has sent it. */
  readonly but: Station | undefined;
  readonly baudRate: number;
  readonly bytes: Uint8Array;
}

export class Together {
  readonly acu: AcuLine;
  readonly stations: readonly Station[];
  nowMs = 0;
  replyDelayMs = 3;
  /** The adapters give back what they send. */
  echoes = false;
  between: Between = () => undefined;
  readonly told: { readonly atMs: number; readonly address: number; readonly event: AcuEvent }[] = [];
  /** Every burst that was sent, before anything was done to it. */
  readonly passed: Passing[] = [];
  isKept = true;
  acuBaudRate: number;
  #coming: Coming[] = [];
  /** What a PD says to the attacker, while the attacker is the one who asks. */
  #answers: Uint8Array[] | undefined;

  constructor({
    ends = shipped,
    stations = [{ key: scbk }],
    pairing,
    acuCrypto = systemCrypto,
    pdCrypto = systemCrypto,
    baudRate = 115_200,
  }: TogetherOptions = {}) {
    this.acuBaudRate = baudRate;
    const listener = {
      send: (bytes: Uint8Array) => {
        this.#send('pd', bytes, undefined);
      },
      told: (address: number, event: AcuEvent) => {
        if (this.isKept) this.told.push({ atMs: this.nowMs, address, event });
        if (event.kind !== 'moved') return;
        this.acuBaudRate = event.baudRate;
        this.acu.setBaudRate(event.baudRate);
      },
    };
    this.acu = new ends.AcuLine(acuCrypto, { baudRate }, listener);
    this.stations = stations.map((options) => {
      const station: Station = new Station(ends, pdCrypto, { baudRate, ...options }, (bytes) => {
        if (this.#answers === undefined) this.#send('acu', bytes, station);
        else this.#answers.push(bytes);
      });
      return station;
    });
    for (const [at, { address = 1, key }] of stations.entries()) {
      const known: Pairing = pairing ?? (key === undefined ? { kind: 'clear' } : { kind: 'paired', scbk: key });
      if (!this.acu.add({ address, pairing: known }, 0).ok) throw new Error(`station ${at} has an address in use`);
    }
  }

  /** The first one, for lines that have one. */
  get station(): Station {
    return present(this.stations[0], 'a line has a station');
  }

  get isUp(): boolean {
    return this.stations.every(({ pd }) => pd.isSecure && this.acu.isOnline(pd.lineSettings.address));
  }

  /** Lets time pass, with all that is due in it. */
  run(forMs: number): this {
    const untilMs = this.nowMs + forMs;
    while (this.#step(untilMs));
    this.nowMs = untilMs;
    return this;
  }

  /** Lets time pass until this is so. False: it was not within so long. */
  until(isSo: () => boolean, withinMs: number): boolean {
    const untilMs = this.nowMs + withinMs;
    while (!isSo()) if (!this.#step(untilMs)) return false;
    return true;
  }

  /** Somebody else puts a burst on the line, which arrives after so long. */
  inject(toward: Toward, bytes: Uint8Array, afterMs = 0): void {
    const baudRate = toward === 'pd' ? this.station.pd.lineSettings.baudRate : this.acuBaudRate;
    this.#arrive({ atMs: this.nowMs + afterMs, toward, but: undefined, baudRate, bytes });
  }

  /** Somebody who is between the ACU and this PD says something to it, and keeps the answers. */
  attack(bytes: Uint8Array, station = this.station): readonly Uint8Array[] {
    this.#answers = [];
    station.pd.receive(bytes, this.nowMs);
    const answers = this.#answers;
    this.#answers = undefined;
    return answers;
  }

  /** An order that must be taken; its number. */
  order(...[command, priority, address = 1]: [...OrderParts, address?: number]): number {
    const taken = this.acu.order(address, command, this.nowMs, priority);
    if (!taken.ok) throw new Error(`the order was refused: ${taken.failure}`);
    return taken.value;
  }

  events(kind: AcuEvent['kind']): AcuEvent[] {
    return this.told.filter(({ event }) => event.kind === kind).map(({ event }) => event);
  }

  /** Forgets what was written down so far. */
  forget(): this {
    this.passed.length = 0;
    this.told.length = 0;
    for (const station of this.stations) station.events.length = 0;
    return this;
  }

  #step(untilMs: number): boolean {
    const acuDueMs = Math.max(this.nowMs, this.acu.deadlineMs ?? Number.POSITIVE_INFINITY);
    const pdDueMs = Math.min(...this.stations.map(({ pd }) => Math.max(this.nowMs, pd.deadlineMs ?? Number.POSITIVE_INFINITY)));
    const dueMs = Math.min(acuDueMs, pdDueMs);
    const coming = this.#coming[0];
    if (coming !== undefined && coming.atMs <= dueMs && coming.atMs <= untilMs) {
      this.#coming.shift();
      this.nowMs = Math.max(this.nowMs, coming.atMs);
      this.#deliver(coming);
    } else if (dueMs <= untilMs) {
      this.nowMs = dueMs;
      if (acuDueMs <= pdDueMs) this.acu.expire(dueMs);
      else for (const { pd } of this.stations) pd.expire(dueMs);
    } else return false;
    return true;
  }

  #send(toward: Toward, bytes: Uint8Array, sender: Station | undefined): void {
    const passing = { toward, bytes, atMs: this.nowMs, frame: frameIn(bytes) };
    if (this.isKept) this.passed.push(passing);
    const baudRate = sender?.pd.lineSettings.baudRate ?? this.acuBaudRate;
    const wireMs = (bytes.length * 10_000) / baudRate;
    const atMs = this.nowMs + wireMs + (sender === undefined ? 0 : this.replyDelayMs);
    for (const arriving of this.between(passing) ?? [bytes]) this.#arrive({ atMs, toward, but: sender, baudRate, bytes: arriving });
    // The other PDs are on the same pair of wires, and hear what a PD says.
    if (sender !== undefined && this.stations.length > 1) this.#arrive({ atMs, toward: 'pd', but: sender, baudRate, bytes });
    if (this.echoes) this.#arrive({ atMs, toward: toward === 'pd' ? 'acu' : 'pd', but: undefined, baudRate, bytes });
  }

  #arrive(coming: Coming): void {
    let at = this.#coming.length;
    while (at > 0 && (this.#coming[at - 1] as Coming).atMs > coming.atMs) at -= 1;
    this.#coming.splice(at, 0, coming);
  }

  #deliver({ toward, but, baudRate, bytes }: Coming): void {
    if (toward === 'acu') this.acu.receive(heardAt(this.acuBaudRate, baudRate, bytes), this.nowMs);
    else
      for (const station of this.stations)
        if (station !== but) station.pd.receive(heardAt(station.pd.lineSettings.baudRate, baudRate, bytes), this.nowMs);
  }
}

type OrderParts = [command: Parameters<AcuLine['order']>[1], priority?: Parameters<AcuLine['order']>[3]];

/** What another rate makes of bytes: others, and not as many. */
const heardAt = (ownBaudRate: number, baudRate: number, bytes: Uint8Array): Uint8Array =>
  ownBaudRate === baudRate
    ? bytes
    : Uint8Array.from({ length: Math.ceil((bytes.length * ownBaudRate) / baudRate) }, (_, at) => (bytes[at % bytes.length] as number) ^ 0xa5);

/** A line that is up, with nothing written down yet. */
export const upAndRunning = (options: TogetherOptions = {}): Together => {
  const line = new Together(options);
  if (!line.until(() => line.isUp, 5_000)) throw new Error('no session came to be');
  return line.run(100).forget();
};

/** A private command that leaves these bytes among the effects. */
export const mark = (data: Uint8Array): { readonly name: 'mfg'; readonly payload: { readonly oui: number; readonly data: Uint8Array } } => ({
  name: 'mfg',
  payload: { oui: stationOui, data },
});
