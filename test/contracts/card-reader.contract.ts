/** What every CardReader keeps. The bench presents cards whose number is text. */
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

export function describeCardReader(name: string, make: () => CardReaderBench): void {
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
      const texts = ['0004711', '0004711', 'DEADbeef09', '7'];
      for (const text of texts) presentText(text);
      expect(await heard.atLeast(4)).toEqual(texts);
      for (const [index, card] of cards.entries()) {
        expect(card).toMatchObject({ form: 'text', length: present(texts[index], 'a text').length });
        expect(Buffer.from(card.value).toString('latin1')).toBe(texts[index]);
        expect(card.atMs).toBeLessThanOrEqual(clock.nowMs());
      }
    });

    it('takes a card of the longest length whole, and tells by the length that a longer one was cut', async () => {
      const { cardReader, presentText } = open();
      const { heard, cards } = listen(cardReader);
      const longest = '0123456789abcdef'.repeat(4);
      for (const text of [longest, `${longest}0`, longest.repeat(8)]) presentText(text);
      expect(await heard.atLeast(3)).toEqual([longest, longest, longest]);
      expect(cards.map(({ length }) => length)).toEqual([maxCardBytes, maxCardBytes + 1, maxCardBytes + 1]);
    });

    it('says once that the device is not there at the start, and reads once it came', async () => {
      const { cardReader, presentText, detach, attach } = open();
      detach();
      const { heard } = listen(cardReader);
      expect(await heard.atLeast(1)).toEqual(['(detached)']);
      await attach();
      presentText('42');
      expect(await heard.atLeast(3)).toEqual(['(detached)', '(attached)', '42']);
    });

    it('says once each that the device went and that it came back', async () => {
      const { cardReader, presentText, detach, attach } = open();
      const { heard } = listen(cardReader);
      presentText('1');
      await heard.atLeast(1);
      detach();
      await heard.atLeast(2);
      await attach();
      presentText('2');
      expect(await heard.atLeast(4)).toEqual(['1', '(detached)', '(attached)', '2']);
    });

    it('reports nothing after it was stopped', async () => {
      const { cardReader, presentText } = open();
      const { heard, subscription } = listen(cardReader);
      presentText('1');
      await heard.atLeast(1);
      subscription.stop();
      subscription.stop();
      presentText('2');
      await someTurns();
      expect(heard.reports).toEqual(['1']);
    });

    it('refuses a second listener', () => {
      const { cardReader } = open();
      listen(cardReader);
      expect(() => listen(cardReader)).toThrow('one listener at a time');
    });
  });
}
