/** What every CardReader keeps. The bench presents cards whose number is given as text, a character a byte where it is bits. */
import { afterEach, describe, expect, it } from 'vitest';
import { type CardRead, type CardReader, maxCardBytes } from '../../src/ports/card-reader.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { present } from '../../src/shared/assert.ts';
import { Heard, someTurns } from './heard.ts';

export interface CardReaderBench {
  readonly cardReader: CardReader;
  readonly clock: Clock;
  presentText(text: string): void;
  detach(): void;
  /** The device is there again, and the driver has had the time to find it. */
  attach(): Promise<void>;
  close(): void;
}

/** Cards that this kind of reader can read. */
export interface CardKind {
  readonly form: CardRead['form'];
  readonly samples: readonly [string, string, string];
  /** 64 characters; undefined: no card of this kind is longer than what is kept of it. */
  readonly longest?: string;
}

const typedCards: CardKind = { form: 'text', samples: ['0004711', 'DEADbeef09', '7'], longest: '0123456789abcdef'.repeat(4) };

export function describeCardReader(name: string, make: () => CardReaderBench, { form, samples, longest }: CardKind = typedCards): void {
  const lengthOf = (text: string): number => text.length * (form === 'text' ? 1 : 8);
  describe(`${name} keeps the CardReader contract`, () => {
    let bench: CardReaderBench | undefined;
    const open = (): CardReaderBench => {
      bench = make();
      return bench;
    };
    const listen = (cardReader: CardReader) => {
      const heard = new Heard<string>();
      const cards: CardRead[] = [];
      const subscription = cardReader.listen({
        read: (card) => {
          cards.push(card);
          heard.add(Buffer.from(card.value).toString('latin1'));
        },
        attached: (isAttached) => heard.add(isAttached ? '(attached)' : '(detached)'),
      });
      return { heard, cards, subscription };
    };
    afterEach(() => bench?.close());

    it('reports every read, in order, the same card twice too, as values of its own', async () => {
      const { cardReader, clock, presentText } = open();
      const { heard, cards } = listen(cardReader);
      const texts = [samples[0], ...samples];
      for (const text of texts) presentText(text);
      expect(await heard.atLeast(4)).toEqual(texts);
      for (const [index, card] of cards.entries()) {
        expect(card).toMatchObject({ form, length: lengthOf(present(texts[index], 'a text')) });
        expect(Buffer.from(card.value).toString('latin1')).toBe(texts[index]);
        expect(card.atMs).toBeLessThanOrEqual(clock.nowMs());
      }
    });

    it.each(longest === undefined ? [] : [longest])(
      'takes a card of the longest length whole (%s), and tells by the length that a longer one was cut',
      async (text) => {
        const { cardReader, presentText } = open();
        const { heard, cards } = listen(cardReader);
        for (const presented of [text, `${text}0`, text.repeat(8)]) presentText(presented);
        expect(await heard.atLeast(3)).toEqual([text, text, text]);
        const whole = lengthOf('x'.repeat(maxCardBytes));
        expect(cards.map(({ length }) => length)).toEqual([whole, whole + 1, whole + 1]);
      },
    );

    it('says once that the device is not there at the start, and reads once it came', async () => {
      const { cardReader, presentText, detach, attach } = open();
      detach();
      const { heard } = listen(cardReader);
      expect(await heard.atLeast(1)).toEqual(['(detached)']);
      await attach();
      presentText(samples[0]);
      expect(await heard.atLeast(3)).toEqual(['(detached)', '(attached)', samples[0]]);
    });

    it('says once each that the device went and that it came back', async () => {
      const { cardReader, presentText, detach, attach } = open();
      const { heard } = listen(cardReader);
      presentText(samples[0]);
      await heard.atLeast(1);
      detach();
      await heard.atLeast(2);
      await attach();
      presentText(samples[1]);
      expect(await heard.atLeast(4)).toEqual([samples[0], '(detached)', '(attached)', samples[1]]);
    });

    it('reports nothing after it was stopped', async () => {
      const { cardReader, presentText } = open();
      const { heard, subscription } = listen(cardReader);
      presentText(samples[0]);
      await heard.atLeast(1);
      subscription.stop();
      subscription.stop();
      presentText(samples[1]);
      await someTurns();
      expect(heard.reports).toEqual([samples[0]]);
    });

    it('refuses a second listener', () => {
      const { cardReader } = open();
      listen(cardReader);
      expect(() => listen(cardReader)).toThrow('one listener at a time');
    });
  });
}
