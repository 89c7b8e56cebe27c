/** A framer with an ear: what it found and what it threw away, as text. */
import { encodeFrame, type Frame, type FrameParts } from '../../src/osdp/frame.ts';
import { Framer, type FramerLimits } from '../../src/osdp/framer.ts';
import { hexOf } from './bytes.ts';

export class HeardFrames {
  readonly frames: Frame[] = [];
  /** `reason bytes`, and `address/sequence` where that is known. */
  readonly dropped: string[] = [];
  droppedBytes = 0;
  readonly framer: Framer;

  constructor(limits?: FramerLimits) {
    this.framer = new Framer(
      {
        frame: (frame) => {
          this.frames.push(frame);
        },
        dropped: (reason, bytes, header) => {
          this.droppedBytes += bytes;
          this.dropped.push(header === undefined ? `${reason} ${bytes}` : `${reason} ${bytes} ${header.address}/${header.sequence}`);
        },
      },
      limits,
    );
  }

  get hex(): string[] {
    return this.frames.map(({ bytes }) => hexOf(bytes));
  }
}

const none = new Uint8Array(0);

/** A plain POLL to address 1, or what is said instead. */
export const plainFrame = (parts: Partial<FrameParts> = {}): Uint8Array =>
  encodeFrame({ address: 1, isReply: false, sequence: 1, check: 'crc16', security: undefined, code: 0x60, data: none, ...parts });
