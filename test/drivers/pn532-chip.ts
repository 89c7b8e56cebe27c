/** A PN532 at the far end of a line, for tests of its driver: it answers as the manual says, and can be silent, wrong, noisy or gone. */
import type { VirtualClock } from '../../sim/virtual-clock.ts';
import type { Line, LineListener } from '../../src/ports/line.ts';
import type { Subscription } from '../../src/ports/subscription.ts';

const ack = [0x00, 0x00, 0xff, 0x00, 0xff, 0x00];
const sum = (bytes: readonly number[]): number => bytes.reduce((total, byte) => total + byte, 0) & 0xff;

/** A frame of the chip with these data. */
export const frameOf = (...data: number[]): number[] => [
  0x00,
  0x00,
  0xff,
  data.length,
  (0x100 - data.length) & 0xff,
  ...data,
  (0x100 - sum(data)) & 0xff,
  0x00,
];

export class Pn532Chip implements Line {
  readonly #clock: VirtualClock;
  #listener: LineListener | undefined;
  #isPlugged = true;
  /** Cards that come to the field one after the other, each for one question; undefined: none is there. */
  readonly field: (readonly number[] | undefined)[] = [];
  /** Commands heard, code first; `ack` and `nack` for those frames. */
  readonly heard: string[] = [];
  /** Bytes in place of an answer, by the code of the command, for as many times as there are. */
  readonly instead = new Map<number, (readonly number[])[]>();
  isSilent = false;
  ic = 0x32;
  #last: readonly number[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  listen(listener: LineListener): Subscription {
    this.#listener = listener;
    this.#clock.setTimeout(() => {
      if (this.#listener === listener) listener.attached(this.#isPlugged);
    }, 1);
    return {
      stop: () => {
        this.#listener = undefined;
      },
    };
  }

  send(bytes: Uint8Array): void {
    const start = bytes.indexOf(0xff);
    const [length = 0, check = 0, , code = 0] = bytes.subarray(start + 1);
    if (!this.#isPlugged || start < 0) return;
    if (length === 0x00 && check === 0xff) this.heard.push('ack');
    else if (length === 0xff && check === 0x00) {
      this.heard.push('nack');
      this.say(this.#last);
    } else {
      this.heard.push(Buffer.from(bytes.subarray(start + 4, start + 3 + length)).toString('hex'));
      this.#answer(code, [...bytes.subarray(start + 5, start + 3 + length)]);
    }
  }

  setBaudRate(): void {
    // Of no account here.
  }

  plug(isPlugged: boolean): void {
    if (this.#isPlugged === isPlugged) return;
    this.#isPlugged = isPlugged;
    this.#listener?.attached(isPlugged);
  }

  /** Bytes on the wire, a millisecond from now. */
  say(bytes: readonly number[]): void {
    this.#clock.setTimeout(() => {
      if (this.#isPlugged && bytes.length > 0) this.#listener?.received(Uint8Array.from(bytes), this.#clock.nowMs());
    }, 1);
  }

  #answer(code: number, parameters: readonly number[]): void {
    if (this.isSilent) return;
    this.#last = frameOf(0xd5, code + 1, ...this.#data(code, parameters));
    this.say(ack);
    this.say(this.instead.get(code)?.shift() ?? this.#last);
  }

  #data(code: number, [item]: readonly number[]): readonly number[] {
    if (code === 0x02) return [this.ic, 0x01, 0x06, 0x07];
    if (code !== 0x4a || item !== 1) return [];
    const uid = this.field.shift();
    return uid === undefined ? [0] : [1, 1, 0x00, 0x04, 0x08, uid.length, ...uid];
  }
}
