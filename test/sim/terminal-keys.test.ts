/** What a terminal sends, as what hands do: nothing is lost, and nothing that is the terminal's own is taken for a hand. */
import { describe, expect, it } from 'vitest';
import { type Hand, Hands } from '../../sim/terminal/keys.ts';

/** Keys as themselves, the rest by name. */
const wordOf = (hand: Hand): string => (hand.do === 'key' ? hand.key : hand.do === 'card' ? `card ${hand.card}` : hand.do);
const take = (...chunks: readonly string[]): string => {
  const hands = new Hands();
  return chunks.flatMap((chunk) => hands.take(chunk).map(wordOf)).join(' ');
};

describe('hands on a terminal', () => {
  it('press the keys of the keypad; Enter is # and backspace is *', () => {
    expect(take('0123456789*#')).toBe('0 1 2 3 4 5 6 7 8 9 * #');
    expect(take('04\r', '17\n', '1\u007f', '2\b')).toBe('0 4 # 1 7 # 1 * 2 *');
  });

  it('hold up cards, open the door and leave it, in either case of letters', () => {
    expect(take('abCX')).toBe('card A card B card C card X');
    expect(take('oRmtpq')).toBe('leaf rex mode skip powerCut quit');
    expect(take('\u0003\u0004')).toBe('stop quit');
  });

  it('press # once for a line that ends in two characters, also when they come apart', () => {
    expect(take('0417\r\n0417\r\n')).toBe('0 4 1 7 # 0 4 1 7 #');
    expect(take('0417\r', '\n')).toBe('0 4 1 7 #');
    expect(take('1\n\n2\r\r')).toBe('1 # # 2 # #');
  });

  it('do nothing else', () => {
    expect(take('é→ ,;-\t\u0000ß')).toBe('');
  });

  it.each([
    ['arrows', '\u001b[A1\u001b[D2', '1 2'],
    ['function keys', '\u001bOP1\u001b[15~2\u001b[1;5C3', '1 2 3'],
    ['the marks around a paste', '\u001b[200~0417#\u001b[201~', '0 4 1 7 #'],
    ['Alt with a key', '\u001ba1', '1'],
  ])('are not taken for %s', (_, sent, hands) => {
    expect(take(sent)).toBe(hands);
  });

  it('are the same however a sequence is cut into chunks', () => {
    const sent = '04\u001b[200~17#\u001b[201~\u001b[A9\u001bOP*\u001b[1;5C5';
    const whole = take(sent);
    expect(whole).toBe('0 4 1 7 # 9 * 5');
    for (let cut = 1; cut < sent.length; cut += 1) expect(take(sent.slice(0, cut), sent.slice(cut)), `cut at ${cut}`).toBe(whole);
    expect(take(...sent)).toBe(whole);
  });

  it('are not held up for ever by a sequence that never ends', () => {
    const hands = new Hands();
    hands.take(`\u001b[${'1;'.repeat(50)}`);
    expect(hands.take('7').map(wordOf)).toEqual(['7']);
  });
});
