/**
 * Frames of the PN532 on a serial line: bytes out, bytes in (NXP UM0701-02, "PN532 User Manual", §6.2.1). Pure: what is asked, and what an answer
 * means, is pn532.ts's. Any bytes at all are taken: what is no frame is passed over.
 */
import { assert } from '../shared/assert.ts';

const toChip = 0xd4;
const fromChip = 0xd5;
/** §6.2.1.5: the chip did not understand a command. */
const errorFrame = 0x7f;
/** Longest data of a normal information frame, TFI included. */
const maxNormalBytes = 255;
/** Longest data the chip sends, TFI included: §6.2.1.2. */
export const maxDataBytes = 265;
/** Start code, extended length with its checksum, data, data checksum. */
const maxHeldBytes = 2 + 5 + maxDataBytes + 1;

/** §6.2.1.3 and §6.2.1.4. */
export const ackFrame: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00);
export const nackFrame: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00);

/** Before the first frame to a chip that sleeps: an edge wakes it, and the rest is the time it needs for that (§7.2.11; 24 bytes at 115 200 baud are 2 ms). */
export const wakeUp: Uint8Array = Uint8Array.of(0x55, 0x55, ...new Uint8Array(22));

/** A normal information frame. `command`: its code and parameters, 1..254 bytes. */
export function commandFrame(command: Uint8Array): Uint8Array {
  const length = command.length + 1;
  assert(command.length >= 1 && length <= maxNormalBytes, `a command is 1..${maxNormalBytes - 1} bytes`);
  const data = Uint8Array.of(toChip, ...command);
  return Uint8Array.of(0x00, 0x00, 0xff, length, -length & 0xff, ...data, -sum(data) & 0xff, 0x00);
}

export interface Pn532Sink {
  ack(): void;
  nack(): void;
  /** An answer: its code and what follows, a copy. */
  reply(bytes: Uint8Array): void;
  /** The chip did not understand the command. */
  refused(): void;
  /** A frame whose checksum is wrong. */
  damaged(): void;
}

export class Pn532Decoder {
  #held = new Uint8Array();

  /** Takes the next bytes, cut anywhere, and tells every frame that is whole. */
  feed(bytes: Uint8Array, sink: Pn532Sink): void {
    for (let taken = 0; taken < bytes.length; ) {
      const piece = bytes.subarray(taken, taken + maxHeldBytes - this.#held.length);
      taken += piece.length;
      this.#held = Uint8Array.of(...this.#held, ...piece);
      while (this.#takeOne(sink));
    }
  }

  /** Forgets a frame that has not come whole. */
  forget(): void {
    this.#held = new Uint8Array();
  }

  /** Whether there may be another. */
  #takeOne(sink: Pn532Sink): boolean {
    const start = startOf(this.#held);
    this.#held = this.#held.slice(start);
    const [, , length, check, high = 0, low = 0, longCheck = 0] = this.#held;
    if (length === undefined || check === undefined) return false;
    if (length === 0x00 && check === 0xff) return this.#drop(4, () => sink.ack());
    if (length === 0xff && check === 0x00) return this.#drop(4, () => sink.nack());
    const isExtended = length === 0xff && check === 0xff;
    if (isExtended && this.#held.length < 7) return false;
    const dataBytes = isExtended ? high * 0x100 + low : length;
    const lengthSum = isExtended ? high + low + longCheck : length + check;
    if ((lengthSum & 0xff) !== 0 || dataBytes === 0 || dataBytes > maxDataBytes) return this.#drop(2, () => sink.damaged());
    const dataAt = isExtended ? 7 : 4;
    if (this.#held.length < dataAt + dataBytes + 1) return false;
    const checked = this.#held.slice(dataAt, dataAt + dataBytes + 1);
    // What was taken for the start of a frame may have been the data of another: the next one is looked for right behind it.
    if ((sum(checked) & 0xff) !== 0) return this.#drop(2, () => sink.damaged());
    return this.#drop(dataAt + dataBytes + 1, () => tell(checked.subarray(0, -1), sink));
  }

  #drop(byteCount: number, told: () => void): true {
    this.#held = this.#held.slice(byteCount);
    told();
    return true;
  }
}

function tell(data: Uint8Array, sink: Pn532Sink): void {
  if (data[0] === fromChip && data.length > 1) sink.reply(data.slice(1));
  else if (data[0] === errorFrame && data.length === 1) sink.refused();
}

/** Where the next start code, 00 FF, is or may begin; the end when it cannot. */
function startOf(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0x00 && (at + 1 === bytes.length || bytes[at + 1] === 0xff)) return at;
  return bytes.length;
}

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);
