/**
 * The panel's side of the door (DESIGN R17): while the panel decides, keys and cards go up as KEYPAD and RAW, and its LED, BUZ and OUT become the
 * light, the tone and the strike. It decides nothing about anybody: a key or a card that the panel will not hear is refused, and gone. Who
 * decides is who-decides.ts's; what a reader does with its own lights under a signal is the reader's.
 */
import { lineKeys } from '../osdp/keypad-codes.ts';
import type { PdEvent, PdSession } from '../osdp/pd.ts';
import type { CardRead } from '../ports/card-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { Key } from '../ports/keypad.ts';
import { present } from '../shared/assert.ts';
import { type InstallEvent, InstallWindow } from './install-window.ts';
import { PanelBuzzer } from './panel-buzzer.ts';
import { colourOf } from './panel-device.ts';
import type { LineLight, PanelFace } from './panel-face.ts';
import { PanelStrike, type ReleasableStrike } from './panel-strike.ts';
import {
  type Decider,
  type DeciderChange,
  DeciderNews,
  type DecidesSetting,
  isPanelHeard,
  isPanelThere,
  type LineFacts,
  panelGoneMs,
  panelPollMs,
  settingInForce,
  whoDecides,
} from './who-decides.ts';

/** The session in force, as far as it is the panel's. */
export type PanelLine = Pick<PdSession, 'indicators' | 'isSecure' | 'report'>;

export type PanelCard = Pick<CardRead, 'form' | 'value' | 'length'>;

export interface PanelListener {
  /** At once: what was typed for the one is not for the other. */
  decides(decider: Decider): void;
  /** Whether the panel will hear what is typed or read now. */
  isThere(isThere: boolean): void;
  /** For the journal: event `decides.changed`, at most one a minute. */
  news(change: DeciderChange): void;
  /** For the journal: `install.opened` and `install.closed`. */
  install(event: InstallEvent): void;
}

export interface PanelParts {
  readonly clock: Clock;
  readonly setting: DecidesSetting;
  /** What the last order said; undefined: there was none. */
  readonly handedOver: boolean | undefined;
  /** Setting `line.clear`: a panel without a secure channel is one too. */
  readonly isClearAllowed: boolean;
  /** The reader has a key that has proved itself: install mode is over for good (SECURITY B3). */
  readonly isPaired: () => boolean;
  readonly face: PanelFace;
  readonly strike: ReleasableStrike;
  readonly listener: PanelListener;
}

const never = Number.NEGATIVE_INFINITY;

export class Panel {
  readonly #parts: PanelParts;
  readonly #install: InstallWindow;
  readonly #buzzer: PanelBuzzer;
  readonly #strike: PanelStrike;
  readonly #news = new DeciderNews();
  #line: PanelLine | undefined;
  #inForce: DecidesSetting;
  #isOnline = false;
  #polledAtMs = never;
  #heardAtMs = never;
  /** The panel has set a light in this session or one before it; until then the reader shows its own. */
  #isLit = false;
  #decider: Decider;
  #isThere = false;
  #timer: unknown;
  #isStopped = false;

  constructor(parts: PanelParts) {
    const { clock, face, strike, listener } = parts;
    this.#parts = parts;
    this.#inForce = settingInForce(parts.setting, parts.handedOver);
    this.#decider = whoDecides(this.#inForce, false);
    this.#buzzer = new PanelBuzzer((onMs) => face.lineBeep(onMs));
    this.#strike = new PanelStrike(strike);
    this.#install = new InstallWindow(
      clock.nowMs(),
      () => this.#inForce !== 'reader' && !parts.isPaired(),
      (event) => listener.install(event),
    );
  }

  /** Who decides at this moment. */
  get decider(): Decider {
    this.#review();
    return this.#decider;
  }

  /** The panel will hear what is typed or read now; false while it is away, whoever decides. */
  get isThere(): boolean {
    return this.#line !== undefined && isPanelThere(this.#facts, this.#parts.isClearAllowed, this.#parts.clock.nowMs());
  }

  /** The setting, as the last order has changed it: what the description of the session is made for (panel-device.ts). */
  get inForce(): DecidesSetting {
    return this.#inForce;
  }

  /** For `PdPolicy.allowInstall`. */
  get allowsInstall(): boolean {
    return this.#install.isOpenAt(this.#parts.clock.nowMs());
  }

  /** The session in force from now on, new and not yet heard by anybody. */
  use(line: PanelLine): void {
    this.#line = line;
    this.#isOnline = false;
    this.#polledAtMs = never;
    this.#heardAtMs = never;
    this.#isLit = false;
    this.#refresh();
  }

  /** An order was obeyed. True: the reader is another device on the line from now on, and needs a new session with a new description. */
  handOver(isHandedOver: boolean): boolean {
    const before = this.#inForce;
    this.#inForce = settingInForce(this.#parts.setting, isHandedOver);
    this.#refresh();
    return before !== this.#inForce;
  }

  /** For `PdHands.polled`. Costs next to nothing while nothing changes. */
  polled(): void {
    this.#heard();
    this.#polledAtMs = this.#heardAtMs;
    if (this.isThere !== this.#isThere) this.#refresh();
  }

  /** Whatever the session tells. */
  told(event: PdEvent): void {
    switch (event.type) {
      case 'online':
      case 'offline':
        this.#isOnline = event.type === 'online';
        break;
      case 'indicators.changed':
        this.#heard();
        this.#isLit ||= event.what === 'leds';
        break;
      case 'report.dropped':
        // Whoever typed it stands there. What went stale lies a second back, and may be another's by the time it is found.
        if (event.reason === 'full' && (event.name === 'keypad' || event.name === 'raw')) this.#parts.face.play('denied');
        return;
      case 'session.opened':
      case 'session.closed':
      case 'key.proven':
        this.#install.heard(event);
        break;
      default:
        return;
    }
    this.#refresh();
  }

  /** A key pressed while the panel decides; also one pressed while nobody is there. False: the reader decides, and the key is its own. */
  key(key: Key): boolean {
    this.#review();
    if (this.#install.key(key, this.#parts.clock.nowMs())) {
      this.#parts.face.play('key');
      this.#refresh();
      return true;
    }
    if (this.#decider === 'reader') return false;
    if (this.#take()) this.#report({ name: 'keypad', payload: { reader: 0, keys: Uint8Array.of(lineKeys[key]) } });
    return true;
  }

  /** The same for a card. */
  card({ form, value, length }: PanelCard): boolean {
    this.#review();
    if (this.#decider === 'reader') return false;
    // OSDP.md §6: text as its bits, for FMT is withdrawn and makes some ACUs drop the reader.
    const bitCount = form === 'bits' ? length : length * 8;
    // Cut off, it could be another card's beginning; empty, it is no card.
    if (bitCount === 0 || bitCount > value.length * 8) this.#parts.face.play('denied');
    else if (this.#take()) {
      const bits = value.subarray(0, Math.ceil(bitCount / 8));
      this.#report({ name: 'raw', payload: { reader: 0, format: 'unspecified', card: { bitCount, bits } } });
    }
    return true;
  }

  /** The tamper contact says that the case was opened. */
  caseOpened(): void {
    this.#install.caseOpened(this.#parts.clock.nowMs());
    this.#refresh();
  }

  /** Silent, and the strike as it will be when its hold ends; nothing is called any more. */
  stop(): void {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
  }

  get #facts(): LineFacts {
    const isSecure = this.#line?.isSecure ?? false;
    return { isSecure, isOnline: this.#isOnline, polledAtMs: this.#polledAtMs, heardAtMs: this.#heardAtMs };
  }

  #heard(): void {
    this.#heardAtMs = this.#parts.clock.nowMs();
  }

  /** Each key and card is answered at once, at the reader (R1). True: it may go up. */
  #take(): boolean {
    this.#parts.face.play(this.#isThere ? 'key' : 'denied');
    return this.#isThere;
  }

  #report(report: Parameters<PanelLine['report']>[0]): void {
    // What does not get through is told as `report.dropped`.
    present(this.#line, 'a panel that is there has a session').report(report, this.#parts.clock.nowMs());
  }

  /** Timers may be late: whoever asks is told what is so now. */
  #review(): void {
    if (this.isThere !== this.#isThere) this.#refresh();
  }

  /** Makes everything what it is at this moment, and sees to it that this is done again when that changes. */
  #refresh(): void {
    if (this.#isStopped) return;
    const nowMs = this.#parts.clock.nowMs();
    const before = { isThere: this.#isThere, decider: this.#decider };
    this.#install.expire(nowMs);
    this.#isThere = this.isThere;
    this.#decider = whoDecides(this.#inForce, this.#isThere);
    if (this.#decider !== before.decider) this.#news.changed();
    const indicators = this.#line?.indicators;
    const isHeard = isPanelHeard(this.#facts, this.#parts.isClearAllowed, nowMs);
    const dues = [
      this.#showLight(isHeard ? indicators : undefined, nowMs),
      this.#buzzer.follow(isHeard ? indicators?.buzzer(0) : undefined, nowMs),
      this.#followOutput(indicators, isHeard, nowMs),
      this.#install.deadlineMs,
      this.#tellNews(nowMs),
      // One more: at the very end of it the panel is there yet.
      this.#isThere && this.#polledAtMs + panelPollMs + 1,
      isHeard && this.#heardAtMs + panelGoneMs,
    ].filter((due) => typeof due === 'number');
    this.#parts.clock.clearTimeout(this.#timer);
    // At least one: no rounding of a clock with fractions can keep it at the same moment.
    if (dues.length > 0) this.#timer = this.#parts.clock.setTimeout(() => this.#refresh(), Math.max(1, Math.ceil(Math.min(...dues) - nowMs)));
    // Last: whoever hears it finds the strike as it is to be.
    if (this.#decider !== before.decider) this.#parts.listener.decides(this.#decider);
    if (this.#isThere !== before.isThere) this.#parts.listener.isThere(this.#isThere);
  }

  #tellNews(nowMs: number): number | undefined {
    const change = this.#news.take(this.#decider, nowMs);
    if (change !== undefined) this.#parts.listener.news(change);
    return this.#news.deadlineMs;
  }

  /** When the light changes next. */
  #showLight(indicators: PanelLine['indicators'] | undefined, nowMs: number): number | undefined {
    const install = this.#install.lightAt(nowMs);
    const led = this.#isLit && install === undefined ? indicators?.led(0, 0) : undefined;
    const ofLed = led && this.#lightOf(colourOf(led.colorAt(nowMs)));
    this.#parts.face.lineLight(install === undefined ? ofLed : { colour: install.colour, over: 'everyResting' });
    return install === undefined ? led?.nextChangeMs(nowMs) : install.untilMs;
  }

  /** Where the reader decides, the line's light is for a reader at rest, and `off` gives it back its own. */
  #lightOf(colour: LineLight['colour']): LineLight | undefined {
    if (this.#decider === 'panel') return { colour, over: 'everyResting' };
    return this.#inForce === 'reader' && colour !== 'off' ? { colour, over: 'idle' } : undefined;
  }

  /** When the strike is to be seen to next. */
  #followOutput(indicators: PanelLine['indicators'] | undefined, isHeard: boolean, nowMs: number): number | undefined {
    // A reader that decides has none, and says so.
    const output = indicators !== undefined && indicators.outputsAt(nowMs).length > 0 ? indicators.output(0) : undefined;
    const isDriven = isHeard && this.#decider === 'panel';
    // What was asked for while nobody obeyed must not happen later (SECURITY B19).
    if (!isDriven) output?.set({ output: 0, action: 'permanentOff', timerMs: 0 }, nowMs);
    return this.#strike.follow(isDriven ? output : undefined, nowMs);
  }
}
