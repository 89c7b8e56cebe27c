/**
 * Install mode for other makers' panels (DESIGN §2, SECURITY B3): when a session on the default key may be opened, so that a panel can set a key
 * of its own. Decides when it is open; what may pass in such a session is osdp/pd-security.ts's. Pure: it is told the time.
 */
import type { PdEvent } from '../osdp/pd.ts';
import type { Key } from '../ports/keypad.ts';
import type { Colour } from '../ports/lights.ts';

/** Typed by hand, it opens install mode. Longer than a slip of the finger, and no PIN: a PIN has no star in it. */
export const installKeys = '*0*0#';
/** The last of them counts until then after power-up; the norm for such keys in the field is 5 to 10 s (FIELD §2, I10). */
export const installKeysMs = 10_000;
/** At most open for this long (FIELD §6). */
export const maxInstallMs = 15 * 60_000;
/** Violet and blue by turns, each for this long (FIELD §6). */
const installLightMs = 500;

export type InstallEvent =
  | { readonly type: 'opened'; readonly by: 'keys' | 'case' }
  /** `late`: its time is over; `session`: the one session it is for has ended; `paired`: there is a key, or no panel to have one. */
  | { readonly type: 'closed'; readonly why: 'late' | 'session' | 'paired' };

export class InstallWindow {
  readonly #startMs: number;
  readonly #mayOpen: () => boolean;
  readonly #tell: (event: InstallEvent) => void;
  #typed = '';
  #openedMs: number | undefined;
  #isInSession = false;

  /** `startMs`: of power-up. `mayOpen`: a panel decides, and the reader has no key that has proved itself. */
  constructor(startMs: number, mayOpen: () => boolean, tell: (event: InstallEvent) => void) {
    this.#startMs = startMs;
    this.#mayOpen = mayOpen;
    this.#tell = tell;
  }

  /** For `PdPolicy.allowInstall`. */
  isOpenAt(nowMs: number): boolean {
    return this.#openedMs !== undefined && nowMs < this.#openedMs + maxInstallMs && this.#mayOpen();
  }

  /** When `expire` is due; undefined: it is closed. */
  get deadlineMs(): number | undefined {
    return this.#openedMs === undefined ? undefined : this.#openedMs + maxInstallMs;
  }

  /** What shows that it is open, and until when it is that colour; undefined: it is closed. */
  lightAt(nowMs: number): { readonly colour: Colour; readonly untilMs: number } | undefined {
    if (this.#openedMs === undefined || !this.isOpenAt(nowMs)) return undefined;
    const turn = Math.floor((nowMs - this.#openedMs) / installLightMs);
    return { colour: turn % 2 === 0 ? 'violet' : 'blue', untilMs: this.#openedMs + (turn + 1) * installLightMs };
  }

  /** A key typed at the door. True: it was the last of those that open. */
  key(key: Key, nowMs: number): boolean {
    if (nowMs - this.#startMs > installKeysMs) return false;
    this.#typed = (this.#typed + key).slice(-installKeys.length);
    return this.#typed === installKeys && this.#open('keys', nowMs);
  }

  /** The case was opened: whoever did it stands at the reader, with a tool. */
  caseOpened(nowMs: number): void {
    this.#open('case', nowMs);
  }

  /** Whatever the session tells. */
  heard(event: PdEvent): void {
    if (event.type === 'session.opened' && event.key === 'default') this.#isInSession = true;
    if (event.type === 'session.closed' && this.#isInSession) this.#close('session');
    if (event.type === 'key.proven') this.#close('paired');
  }

  /** Closes it once its time is over, or once it may not be open any more. */
  expire(nowMs: number): void {
    if (this.#openedMs === undefined || this.isOpenAt(nowMs)) return;
    this.#close(nowMs >= this.#openedMs + maxInstallMs ? 'late' : 'paired');
  }

  #open(by: 'keys' | 'case', nowMs: number): boolean {
    this.expire(nowMs);
    if (this.#openedMs !== undefined || !this.#mayOpen()) return false;
    this.#openedMs = nowMs;
    this.#isInSession = false;
    this.#tell({ type: 'opened', by });
    return true;
  }

  #close(why: 'late' | 'session' | 'paired'): void {
    this.#isInSession = false;
    if (this.#openedMs === undefined) return;
    this.#openedMs = undefined;
    this.#tell({ type: 'closed', why });
  }
}
