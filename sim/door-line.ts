/**
 * The line of a simulated door: what its settings and its keys would say, and what it keeps of them while the board has no power. What is at the
 * other end is the bench's.
 */
import { lineBaudRates } from '../src/config/settings.ts';
import { doorpadOui } from '../src/link/messages.ts';
import type { RemoteStrike } from '../src/link/remote-strike.ts';
import type { PdKeySet } from '../src/osdp/pd-keys.ts';
import type { Kept, LineSettings } from '../src/osdp/pd-line-settings.ts';
import type { Line, LineListener } from '../src/ports/line.ts';
import type { Subscription } from '../src/ports/subscription.ts';
import type { LineSide } from '../src/reader/line-side.ts';
import type { SecretBytes } from '../src/shared/secret-bytes.ts';
import type { BoardClock } from './board-clock.ts';

export interface DoorLineSetup {
  /** The end of a wire, on the world's clock. */
  readonly end: Line;
  /** Undefined: not paired yet. */
  readonly scbk?: SecretBytes | undefined;
  readonly settings?: LineSettings;
  /** Whatever else the settings say. */
  readonly side?: Partial<LineSide>;
  /** The controller has the strike. */
  readonly isStrikeRemote?: boolean;
}

/** As the door's settings have it, and as no door made of metal has. */
const make: LineSide['make'] = {
  identity: { oui: doorpadOui, model: 1, version: 1, serial: 1, firmware: { major: 0, minor: 1, build: 0 } },
  baudRates: lineBaudRates,
  receiveBytes: 1_440,
  readsCards: true,
};

export class DoorLine {
  readonly isStrikeRemote: boolean;
  readonly #setup: DoorLineSetup;
  #keys: PdKeySet;
  #settings: LineSettings;
  #listening: Subscription | undefined;

  constructor(setup: DoorLineSetup) {
    this.#setup = setup;
    this.isStrikeRemote = setup.isStrikeRemote ?? false;
    this.#keys = { current: setup.scbk, pending: undefined };
    this.#settings = setup.settings ?? { address: 1, baudRate: 9_600 };
  }

  /** For a board that starts. */
  side(clock: BoardClock, strike: RemoteStrike | undefined): LineSide {
    const keep = (put: () => void): Kept => {
      if (!clock.isPowered) return 'failed';
      put();
      return 'kept';
    };
    const { end } = this.#setup;
    // A board that lost its power let go of nothing.
    this.#listening?.stop();
    end.setBaudRate(this.#settings.baudRate);
    return {
      line: new BoardLine(end, clock, (listening) => (this.#listening = listening)),
      make,
      decides: 'reader',
      isClearAllowed: false,
      pd: {
        line: this.#settings,
        keepLine: (settings) => keep(() => (this.#settings = settings)),
        policy: {
          keys: this.#keys,
          keepKeys: (keys) => keep(() => (this.#keys = keys)),
          secureRequired: true,
          clearComset: false,
        },
      },
      software: 'doorpad simulated',
      settingsHash: new Uint8Array(32).fill(7),
      isLowSecurity: false,
      ...(strike === undefined ? {} : { remoteStrike: strike }),
      ...this.#setup.side,
    };
  }
}

/** The end of a wire in a board: without power it neither hears nor speaks, and its time is the board's. */
class BoardLine implements Line {
  readonly #end: Line;
  readonly #clock: BoardClock;
  readonly #listens: (listening: Subscription) => void;

  constructor(end: Line, clock: BoardClock, listens: (listening: Subscription) => void) {
    this.#end = end;
    this.#clock = clock;
    this.#listens = listens;
  }

  listen(listener: LineListener): Subscription {
    const listening = this.#end.listen({
      received: (bytes) => {
        if (this.#clock.isPowered) listener.received(bytes, this.#clock.nowMs());
      },
      attached: (isAttached) => {
        if (this.#clock.isPowered) listener.attached(isAttached);
      },
    });
    this.#listens(listening);
    return listening;
  }

  send(bytes: Uint8Array): void {
    if (this.#clock.isPowered) this.#end.send(bytes);
  }

  setBaudRate(baudRate: number): void {
    if (this.#clock.isPowered) this.#end.setBaudRate(baudRate);
  }
}
