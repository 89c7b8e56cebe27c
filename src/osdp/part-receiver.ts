/** Puts the parts of one message of a PD together (OSDP.md §10). One at a time, parts in order; anything else is dropped, and said to be. */
import type { Part } from './records.ts';
import type { ReplyName } from './replies.ts';

/** Longest message that is put together: a certificate and its chain. */
export const maxWholeBytes = 8_192;

/** The replies that come in parts. */
export const partNames = ['extPdid', 'pivdatar', 'genauthr', 'crauthr'] as const satisfies readonly ReplyName[];
export type PartName = (typeof partNames)[number];

export const isPartName = (name: ReplyName): name is PartName => (partNames as readonly ReplyName[]).includes(name);

/** `more`: parts are missing. `dropped`: does not follow the one before, or is of a message too long. */
export type PartTaken = { readonly kind: 'more' } | { readonly kind: 'dropped' } | { readonly kind: 'whole'; readonly data: Uint8Array };

export class PartReceiver {
  #name: PartName | undefined;
  #buffer = new Uint8Array(0);
  #received = 0;

  take({ name, payload }: { readonly name: PartName; readonly payload: Part }): PartTaken {
    const { totalBytes, offset, data } = payload;
    if (offset === 0 && totalBytes <= maxWholeBytes) {
      this.#name = name;
      this.#buffer = new Uint8Array(totalBytes);
      this.#received = 0;
    } else if (name !== this.#name || offset === 0 || offset !== this.#received || totalBytes !== this.#buffer.length || data.length === 0) {
      this.reset();
      return { kind: 'dropped' };
    }
    this.#buffer.set(data, offset);
    this.#received += data.length;
    if (this.#received < totalBytes) return { kind: 'more' };
    const whole = this.#buffer;
    this.reset();
    return { kind: 'whole', data: whole };
  }

  reset(): void {
    this.#name = undefined;
    this.#buffer = new Uint8Array(0);
    this.#received = 0;
  }
}
