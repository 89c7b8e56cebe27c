/** Enrolment by order (DESIGN §2): for a minute, the next card that nobody has goes up as it was read. It is kept nowhere, and gets nobody in. */
import type { Card } from '../access/card.ts';
import type { AccessEvent } from '../access/events.ts';
import type { Report } from '../osdp/pd-reports.ts';
import type { Clock } from '../ports/clock.ts';

export const enrolMs = 60_000;

interface EnrolmentListener {
  report(report: Report): void;
  tell(event: AccessEvent): void;
}

export class Enrolment {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #listener: EnrolmentListener;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'nowMs'>, listener: EnrolmentListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  begin(): void {
    this.#untilMs = this.#clock.nowMs() + enrolMs;
  }

  /** A card that nobody has, whole. */
  offer(card: Card): void {
    const { form, length } = card;
    if (this.#clock.nowMs() >= this.#untilMs || length === 0) return;
    this.#untilMs = Number.NEGATIVE_INFINITY;
    // Text goes up as its bits (OSDP.md §6).
    const bitCount = form === 'bits' ? length : length * 8;
    const bits = card.reveal().slice(0, Math.ceil(bitCount / 8));
    this.#listener.report({ name: 'raw', payload: { reader: 0, format: 'unspecified', card: { bitCount, bits } } });
    this.#listener.tell({ code: 'card.enrolled', fields: { card: card.tail } });
  }
}
