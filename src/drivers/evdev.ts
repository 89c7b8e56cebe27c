/**
 * Bytes of a Linux input device to events (struct input_event, include/uapi/linux/input.h, little-endian as on every
 * board Node runs on). Pure: where the bytes come from is evdev-device.ts's, what a code means is the keypad's, the card
 * reader's or the inputs'. Any bytes at all are taken: what is no key or switch is passed over.
 */

/** Bytes of one event: two 64-bit time words before type, code and value, or two 32-bit ones in a 32-bit process. */
export type EvdevEventBytes = 24 | 16;

/** What a process of this architecture reads. */
export const eventBytesOf = (architecture: string): EvdevEventBytes => (architecture === 'arm' || architecture === 'ia32' ? 16 : 24);

/** include/uapi/linux/input-event-codes.h. */
const evSyn = 0x00;
const evKey = 0x01;
const evSw = 0x05;
const synReport = 0;
const synDropped = 3;

export interface EvdevEvent {
  readonly kind: 'key' | 'switch';
  /** KEY_* or SW_*. */
  readonly code: number;
  /** Key: 0 released, 1 pressed, 2 auto-repeat. Switch: 0 or 1. Signed 32 bits from a device that does as it likes. */
  readonly value: number;
  /** When the kernel saw it, in milliseconds since 1970 by the system's wall clock. */
  readonly atWallMs: number;
}

export interface EvdevSink {
  event(event: EvdevEvent): void;
  /** Events were lost: the kernel's buffer had overflowed (SYN_DROPPED). What is held down now is not known. */
  dropped(atWallMs: number): void;
}

export class EvdevDecoder {
  readonly #eventBytes: EvdevEventBytes;
  /** The event that has not come whole yet. */
  readonly #partial: Uint8Array;
  readonly #partialView: DataView;
  #partialBytes = 0;
  /** After SYN_DROPPED nothing counts up to and including the next SYN_REPORT (Documentation/input/event-codes.rst). */
  #isSkipping = false;

  constructor(eventBytes: EvdevEventBytes) {
    this.#eventBytes = eventBytes;
    this.#partial = new Uint8Array(eventBytes);
    this.#partialView = new DataView(this.#partial.buffer);
  }

  /** Takes the next bytes, cut anywhere, and tells every event that is whole. */
  feed(bytes: Uint8Array, sink: EvdevSink): void {
    let taken = 0;
    while (taken < bytes.length) {
      const piece = bytes.subarray(taken, taken + this.#eventBytes - this.#partialBytes);
      this.#partial.set(piece, this.#partialBytes);
      this.#partialBytes += piece.length;
      taken += piece.length;
      if (this.#partialBytes === this.#eventBytes) {
        this.#partialBytes = 0;
        this.#tell(sink);
      }
    }
  }

  #tell(sink: EvdevSink): void {
    const view = this.#partialView;
    const timeBytes = this.#eventBytes - 8;
    const type = view.getUint16(timeBytes, true);
    const code = view.getUint16(timeBytes + 2, true);
    if (type === evSyn && code === synDropped) this.#isSkipping = true;
    else if (this.#isSkipping) {
      if (type !== evSyn || code !== synReport) return;
      this.#isSkipping = false;
      sink.dropped(this.#wallMs());
    } else if (type === evKey || type === evSw) {
      const kind = type === evKey ? 'key' : 'switch';
      sink.event({ kind, code, value: view.getInt32(timeBytes + 4, true), atWallMs: this.#wallMs() });
    }
  }

  #wallMs(): number {
    const view = this.#partialView;
    if (this.#eventBytes === 16) return view.getUint32(0, true) * 1_000 + view.getUint32(4, true) / 1_000;
    return Number(view.getBigUint64(0, true)) * 1_000 + Number(view.getBigUint64(8, true)) / 1_000;
  }
}
