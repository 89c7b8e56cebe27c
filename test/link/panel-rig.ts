/**
 * A door whose line goes to another maker's panel, in virtual time: the panel's side of a reader, its session, its lights, buzzer and strike, and
 * an ACU at the other end of a wire that can be cut. The rules at the door are not here.
 */

import { SimBuzzer } from '../../sim/devices/buzzer.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { SimStrike } from '../../sim/devices/strike.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import type { InstallEvent } from '../../src/link/install-window.ts';
import { Panel, type PanelCard } from '../../src/link/panel.ts';
import { describeReader, type ReaderMake } from '../../src/link/panel-device.ts';
import type { Decider, DeciderChange, DecidesSetting } from '../../src/link/who-decides.ts';
import type { AcuEvent, OrderCommand, OrderOutcome, Pairing } from '../../src/osdp/acu-events.ts';
import { AcuLine } from '../../src/osdp/acu-line.ts';
import type { CommandPayload } from '../../src/osdp/commands.ts';
import { type PdEvent, PdSession } from '../../src/osdp/pd.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import type { Reply } from '../../src/osdp/replies.ts';
import type { Key } from '../../src/ports/keypad.ts';
import { Signals } from '../../src/reader/signals.ts';
import { present } from '../../src/shared/assert.ts';
import { Disk, idleHands } from '../osdp/pd-bench.ts';
import { crypto, scbk, taken } from '../osdp/secure-pair.ts';

export const make: ReaderMake = {
  identity: { oui: 0x2a1b0c, model: 0x28, version: 0x0b, serial: 0x44332211, firmware: { major: 1, minor: 2, build: 3 } },
  baudRates: [9_600],
  receiveBytes: 256,
  readsCards: true,
  inputs: 2,
};

const address = 1;
const wireMs = 1;

export interface RigOptions {
  readonly setting?: DecidesSetting;
  readonly handedOver?: boolean;
  readonly isClearAllowed?: boolean;
  /** What the ACU knows of the reader's key; `paired` gives the reader the key too. */
  readonly pairing?: Pairing['kind'];
  readonly pollIntervalMs?: number;
}

export class PanelRig {
  readonly clock = new VirtualClock({ startMs: 1_000 });
  readonly lights = new SimLights(this.clock);
  readonly buzzer = new SimBuzzer(this.clock);
  readonly strike = new SimStrike(this.clock);
  readonly signals = new Signals(this.clock, this.lights, this.buzzer);
  readonly panel: Panel;
  readonly acu: AcuLine;
  readonly keys: Disk<PdKeySet>;
  /** What the panel was told as answers to its POLLs, in order. */
  readonly reports: { readonly reply: Reply; readonly atMs: number }[] = [];
  readonly acuEvents: AcuEvent[] = [];
  readonly outcomes = new Map<number, OrderOutcome>();
  readonly pdEvents: PdEvent[] = [];
  readonly deciders: { readonly decider: Decider; readonly atMs: number }[] = [];
  readonly presence: { readonly isThere: boolean; readonly atMs: number }[] = [];
  readonly news: { readonly change: DeciderChange; readonly atMs: number }[] = [];
  readonly installs: { readonly event: InstallEvent; readonly atMs: number }[] = [];
  pd: PdSession;
  isCut = false;
  #acuTimer: unknown;
  #pdTimer: unknown;

  constructor({ setting = 'panel', handedOver, isClearAllowed = false, pairing = 'paired', pollIntervalMs = 50 }: RigOptions = {}) {
    const { clock, strike } = this;
    this.signals.play('started');
    this.keys = new Disk<PdKeySet>({ current: pairing === 'paired' ? scbk : undefined, pending: undefined });
    this.panel = new Panel({
      clock,
      setting,
      handedOver,
      isClearAllowed,
      isPaired: () => this.keys.value.current !== undefined,
      face: this.signals,
      strike: { release: (holdMs) => void strike.release(holdMs), secure: () => void strike.secure() },
      listener: {
        decides: (decider) => void this.deciders.push({ decider, atMs: clock.nowMs() }),
        isThere: (isThere) => void this.presence.push({ isThere, atMs: clock.nowMs() }),
        news: (change) => void this.news.push({ change, atMs: clock.nowMs() }),
        install: (event) => void this.installs.push({ event, atMs: clock.nowMs() }),
      },
    });
    this.acu = new AcuLine(
      crypto,
      { baudRate: 115_200, pollIntervalMs },
      { send: (bytes) => this.#carry(bytes, (sent) => this.#toPd(sent)), told: (_, event) => this.#acuTold(event) },
    );
    this.pd = this.newSession();
    taken(this.acu.add({ address, pairing: pairing === 'paired' ? { kind: pairing, scbk } : { kind: pairing } }, clock.nowMs()));
    this.#watchAcu();
  }

  /** A reader on the line, after the panel has found it and polled it. */
  static async running(options: RigOptions = {}): Promise<PanelRig> {
    const rig = new PanelRig(options);
    await rig.wait(1_000);
    return rig;
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  /** The reader as it is for the line from now on. */
  newSession(): PdSession {
    const { clock, panel } = this;
    this.pd = new PdSession(
      {
        send: (bytes) => this.#carry(bytes, (sent) => this.#toAcu(sent)),
        event: (event) => {
          this.pdEvents.push(event);
          panel.told(event);
        },
      },
      {
        crypto,
        description: describeReader(make, panel.inForce),
        line: { address, baudRate: 9_600 },
        keepLine: () => 'kept',
        policy: {
          keys: this.keys.value,
          keepKeys: this.keys.keep,
          allowInstall: () => panel.allowsInstall,
          secureRequired: false,
          clearComset: false,
        },
        hands: { ...idleHands, polled: () => panel.polled() },
      },
    );
    panel.use(this.pd);
    this.#watchPd(clock.nowMs());
    return this.pd;
  }

  wait(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** A key after the other; whose each was. */
  type(keys: string): readonly boolean[] {
    return [...keys].map((key) => this.panel.key(key as Key));
  }

  /** Bits written as zeros and ones. */
  swipe(bits: string): boolean {
    const value = new Uint8Array(Math.ceil(bits.length / 8));
    for (const [at, bit] of [...bits].entries()) if (bit === '1') value[at >> 3] = (value[at >> 3] ?? 0) | (0x80 >> (at & 7));
    return this.card({ form: 'bits', value, length: bits.length });
  }

  card(card: PanelCard): boolean {
    return this.panel.card(card);
  }

  /** What became of an order, once it is there. */
  async order(command: OrderCommand): Promise<OrderOutcome> {
    const id = taken(this.acu.order(address, command, this.nowMs));
    this.#watchAcu();
    for (let waited = 0; waited < 1_000 && !this.outcomes.has(id); waited += 1) await this.wait(1);
    return present(this.outcomes.get(id), 'the order has ended');
  }

  out(action: CommandPayload<'out'>[number]['action'], timerMs = 0): Promise<OrderOutcome> {
    return this.order({ name: 'out', payload: [{ output: 0, action, timerMs }] });
  }

  buz(record: Partial<CommandPayload<'buz'>>): Promise<OrderOutcome> {
    return this.order({ name: 'buz', payload: { reader: 0, tone: 'default', onMs: 200, offMs: 0, count: 1, ...record } });
  }

  led(permanent: Blink, temporary?: Blink & { readonly timerMs: number }): Promise<OrderOutcome> {
    const dark = { onMs: 0, offMs: 0, onColor: 'black', offColor: 'black', timerMs: 0 } as const;
    const payload = {
      reader: 0,
      led: 0,
      temporaryAction: temporary === undefined ? 'none' : 'set',
      temporary: temporary ?? dark,
      permanentAction: 'set',
      permanent,
    } as const;
    return this.order({ name: 'led', payload: [payload] });
  }

  /** KEYPAD by its keys, RAW by its bits: what the panel has heard since the start. */
  get heard(): readonly string[] {
    return this.reports.map(({ reply }) => {
      if (reply.name === 'keypad') return `key ${Buffer.from(reply.payload.keys).toString('hex')}`;
      if (reply.name === 'raw') return `${reply.payload.card.bitCount} bits ${Buffer.from(reply.payload.card.bits).toString('hex')}`;
      return reply.name;
    });
  }

  /** What the light showed since `fromMs`, and when, counted from then. */
  shownSince(fromMs: number): readonly string[] {
    return this.lights.shown.entries.filter(({ atMs }) => atMs >= fromMs).map(({ colour, atMs }) => `${atMs - fromMs} ${colour}`);
  }

  coilSince(fromMs: number): readonly string[] {
    return this.strike.changes.entries
      .filter(({ atMs }) => atMs >= fromMs)
      .map(({ isEnergised, atMs }) => `${atMs - fromMs} ${isEnergised ? 'released' : 'secured'}`);
  }

  beepsSince(fromMs: number): readonly string[] {
    return this.buzzer.heard.entries.filter(({ atMs }) => atMs >= fromMs).map(({ atMs, onMs }) => `${atMs - fromMs} for ${onMs}`);
  }

  /** Bytes from the panel, as they come. */
  receive(bytes: Uint8Array): void {
    this.#toPd(bytes);
  }

  installKey(): void {
    taken(this.acu.install(address, scbk, this.nowMs));
    this.#watchAcu();
  }

  #carry(bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    const sent = Uint8Array.from(bytes);
    if (!this.isCut) this.clock.setTimeout(() => deliver(sent), wireMs);
  }

  #toPd(bytes: Uint8Array): void {
    this.pd.receive(bytes, this.nowMs);
    this.#watchPd(this.nowMs);
  }

  #toAcu(bytes: Uint8Array): void {
    this.acu.receive(bytes, this.nowMs);
    this.#watchAcu();
  }

  #watchPd(nowMs: number): void {
    this.clock.clearTimeout(this.#pdTimer);
    const dueMs = this.pd.deadlineMs;
    if (dueMs === undefined) return;
    this.#pdTimer = this.clock.setTimeout(
      () => {
        this.pd.expire(this.nowMs);
        this.#watchPd(this.nowMs);
      },
      Math.ceil(dueMs - nowMs),
    );
  }

  #watchAcu(): void {
    this.clock.clearTimeout(this.#acuTimer);
    const dueMs = this.acu.deadlineMs;
    if (dueMs === undefined) return;
    this.#acuTimer = this.clock.setTimeout(
      () => {
        this.acu.expire(this.nowMs);
        this.#watchAcu();
      },
      Math.max(1, Math.ceil(dueMs - this.nowMs)),
    );
  }

  #acuTold(event: AcuEvent): void {
    this.acuEvents.push(event);
    if (event.kind === 'report') this.reports.push({ reply: event.reply, atMs: this.nowMs });
    if (event.kind === 'orderEnded') this.outcomes.set(event.order, event.outcome);
  }
}

export type Blink = CommandPayload<'led'>[number]['permanent'];
export const steady = (onColor: Blink['onColor']): Blink => ({ onMs: 100, offMs: 0, onColor, offColor: 'black' });
