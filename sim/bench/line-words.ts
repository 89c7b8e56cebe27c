/**
 * Reads what the controller says and hears on its line, each message in the words of `doorpad listen` (docs/line-tools.md), and changes none of
 * it. Decides which bytes are shown; of what may hold digits or card numbers, and is not encrypted, only its head. Who is told is news.ts's.
 */
import type { Frame } from '../../src/osdp/frame.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Line, LineListener } from '../../src/ports/line.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { dropText, type HeardEntry, Transcript } from '../../src/tools/listen-line.ts';
import type { BenchMessage } from '../controller/api/live.ts';

export type LineMessage = Omit<Extract<BenchMessage, { readonly kind: 'line' }>, 'kind'>;

/** Of a PIN, a card, a text somebody typed, a key of the line. */
const secretMessages: ReadonlySet<string> = new Set(['keypad', 'raw', 'fmt', 'text', 'keyset']);
/** SOM, address, two of length, control: what all frames begin with. */
const headBytes = 5;

export interface TappedLineOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly crypto: Crypto;
  /** Of the readers on the line. */
  readonly keys: readonly SecretBytes[];
  readonly told: (message: LineMessage) => void;
}

export class TappedLine implements Line {
  readonly #line: Line;
  readonly #options: TappedLineOptions;
  readonly #transcript: Transcript;
  /** Told with the words that follow it. */
  #frame: Frame | undefined;

  constructor(line: Line, options: TappedLineOptions) {
    const { crypto, keys } = options;
    this.#line = line;
    this.#options = options;
    this.#transcript = new Transcript({
      crypto,
      keys,
      isRevealed: false,
      framed: (frame) => {
        this.#frame = frame;
      },
      told: (entry) => this.#told(entry),
    });
  }

  listen(listener: LineListener): Subscription {
    return this.#line.listen({
      received: (bytes, atMs) => {
        this.#transcript.receive(bytes, this.#options.clock.nowMs());
        listener.received(bytes, atMs);
      },
      attached: (isAttached) => listener.attached(isAttached),
    });
  }

  send(bytes: Uint8Array): void {
    this.#transcript.receive(bytes, this.#options.clock.nowMs());
    this.#line.send(bytes);
  }

  setBaudRate(baudRate: number): void {
    this.#line.setBaudRate(baudRate);
  }

  #told(entry: HeardEntry): void {
    const frame = this.#frame;
    this.#frame = undefined;
    const { atMs } = entry;
    if (entry.kind === 'dropped') {
      // The controller knows what it says itself: what is damaged came from a reader.
      const words = `${entry.bytes} ${entry.bytes === 1 ? 'byte' : 'bytes'}: ${dropText[entry.reason]}`;
      this.#options.told({ atMs, from: 'reader', hex: '', words });
    } else if (frame !== undefined) {
      const { name, detail, isReply, verdict } = entry;
      const isHidden = verdict === 'clear' && secretMessages.has(name);
      const words = detail === '' ? name : `${name}: ${detail}`;
      this.#options.told({
        atMs,
        from: isReply ? 'reader' : 'controller',
        hex: hexOf(isHidden ? frame.bytes.subarray(0, headBytes) : frame.bytes),
        words,
      });
    }
  }
}

const hexOf = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('hex').match(/../g) ?? []).join(' ');
