/** What a line's listener heard, for tests that wait for bytes instead of for time. */
import type { LineListener } from '../../src/ports/line.ts';
import { Heard } from './heard.ts';

export interface Piece {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

export class LineEar implements LineListener {
  readonly #heard = new Heard<'attached' | 'detached' | number>();
  readonly pieces: Piece[] = [];
  /** Called after each report. */
  onReport: () => void = () => undefined;
  #noted = 0;

  /** Comings and goings, without the bytes. */
  get reports(): readonly string[] {
    return this.#heard.reports.filter((report) => typeof report === 'string');
  }

  received(bytes: Uint8Array, atMs: number): void {
    this.pieces.push({ bytes, atMs });
    for (const byte of bytes) this.#heard.add(byte);
    this.onReport();
  }

  attached(isAttached: boolean): void {
    this.#heard.add(isAttached ? 'attached' : 'detached');
    this.onReport();
  }

  /** All bytes heard, once they are at least so many. */
  async bytes(count: number, pass: () => Promise<void> = async () => undefined): Promise<readonly number[]> {
    await pass();
    while (this.#bytes.length < count) await this.#heard.atLeast(this.#heard.reports.length + 1);
    return this.#bytes;
  }

  /** Resolves with the next report of this kind after the one waited for last. */
  async told(report: 'attached' | 'detached', pass: () => Promise<void> = async () => undefined): Promise<void> {
    await pass();
    for (;;) {
      const place = this.#heard.reports.indexOf(report, this.#noted);
      if (place >= 0) {
        this.#noted = place + 1;
        return;
      }
      await this.#heard.atLeast(this.#heard.reports.length + 1);
    }
  }

  get #bytes(): number[] {
    return this.#heard.reports.filter((report) => typeof report === 'number');
  }
}
