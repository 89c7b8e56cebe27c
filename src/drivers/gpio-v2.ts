/**
 * The bytes of the kernel's GPIO character device (include/uapi/linux/gpio.h, version 2 of its interface, little-endian): a request for
 * falling edges of some lines, and the edges that come of it. Pure: asking and reading are gpio-edges.ts's.
 */
import { assert } from '../shared/assert.ts';
import { ioctlRequest } from './ioctl.ts';

/** struct gpio_v2_line_request and where its fields stand. */
const requestBytes = 592;
const consumerAt = 256;
const flagsAt = 288;
const lineCountAt = 560;
const eventBufferAt = 564;
const fdAt = 588;
const maxLines = 64;

/** GPIO_V2_LINE_FLAG_INPUT, _EDGE_FALLING, _BIAS_PULL_UP. Without a clock flag, stamps are of CLOCK_MONOTONIC. */
const flags = (1n << 2n) | (1n << 5n) | (1n << 8n);

export const getLineRequest = ioctlRequest('both', 0xb4, 0x07, requestBytes);

/** Edges that the kernel keeps until they are read: more than the longest card has bits. Those beyond show as a gap in the numbers. */
export const kernelBufferEdges = 1_024;

/** `lines`: 1..64 numbers of lines of one chip. */
export function lineRequest(lines: readonly number[]): Uint8Array {
  assert(lines.length >= 1 && lines.length <= maxLines, `a request is for 1..${maxLines} lines`);
  const bytes = new Uint8Array(requestBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, line] of lines.entries()) view.setUint32(index * 4, line, true);
  bytes.set(new TextEncoder().encode('doorpad'), consumerAt);
  view.setBigUint64(flagsAt, flags, true);
  view.setUint32(lineCountAt, lines.length, true);
  view.setUint32(eventBufferAt, kernelBufferEdges, true);
  return bytes;
}

/** The file of the lines, which the kernel writes into the request it has granted. */
export const grantedFd = (request: Uint8Array): number => new DataView(request.buffer, request.byteOffset).getInt32(fdAt, true);

/** struct gpio_v2_line_event. */
export const edgeBytes = 48;

export interface Edge {
  /** Its number on its chip. */
  readonly line: number;
  /** When the kernel saw it: microseconds of CLOCK_MONOTONIC. */
  readonly atUs: number;
}

export interface EdgeSink {
  edge(edge: Edge): void;
  /** Edges that came before the next one are missing: the kernel's buffer had overflowed. */
  lost(): void;
}

export class EdgeDecoder {
  readonly #partial = new Uint8Array(edgeBytes);
  readonly #view = new DataView(this.#partial.buffer);
  #partialBytes = 0;
  /** Of the edge before; they count from 1, 32 bits. */
  #sequence = 0;

  /** Takes the next bytes, cut anywhere, and tells every edge that is whole. */
  feed(bytes: Uint8Array, sink: EdgeSink): void {
    for (let taken = 0; taken < bytes.length; ) {
      const piece = bytes.subarray(taken, taken + edgeBytes - this.#partialBytes);
      this.#partial.set(piece, this.#partialBytes);
      this.#partialBytes += piece.length;
      taken += piece.length;
      if (this.#partialBytes === edgeBytes) {
        this.#partialBytes = 0;
        this.#tell(sink);
      }
    }
  }

  #tell(sink: EdgeSink): void {
    const sequence = this.#view.getUint32(16, true);
    if (sequence !== (this.#sequence + 1) >>> 0) sink.lost();
    this.#sequence = sequence;
    sink.edge({ line: this.#view.getUint32(12, true), atUs: Number(this.#view.getBigUint64(0, true)) / 1_000 });
  }
}
