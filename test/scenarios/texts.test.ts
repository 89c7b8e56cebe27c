/** What the log says, word for word, in the sentences that were asked for (FIELD G15–G21). Texts are for people; programs compare codes. */
import { describe, expect, it } from 'vitest';
import type { Door } from '../../sim/door.ts';
import { displayText, eventCodes, isEventCode, profiles } from '../../src/access/events.ts';
import { openDoor, outcomes, second } from './tools.ts';

/** The newest entry of the journal as the log shows it: its text, and whose it is. */
const logged = async (door: Door) => {
  const entry = (await door.events()).at(-1);
  const code = entry?.code ?? '';
  return { text: isEventCode(code) ? displayText(code, 'genea-2021') : code, person: entry?.person };
};

describe('the sentences that were asked for', () => {
  it('G15: by default # is required at the end of a PIN', async () => {
    const door = await openDoor({ mode: 'pinOnly' });
    await door.type('0417');
    await door.wait(4 * second);
    expect(outcomes(door)).toEqual([]);
    await door.type('#');
    expect(await logged(door)).toEqual({ text: 'Access Granted', person: 1 });
  });

  it('G16: # is not required only if the PIN has 8 digits', async () => {
    for (const pin of ['0417', '04170', '041703', '0417036', '04170362']) {
      const door = await openDoor({ mode: 'pinOnly', people: [{ name: 'p', pin }] });
      await door.type(pin);
      expect(outcomes(door).includes('access.granted p'), pin).toBe(pin.length === 8);
    }
  });

  it('G17: after the swipe there are 15 seconds to enter the PIN', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(14_499);
    await door.type('0417#');
    expect(await logged(door)).toEqual({ text: 'Access Granted', person: 1 });
  });

  it('G18: otherwise the card must be read again before trying again', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.wait(15 * second);
    await door.type('0417#');
    expect(outcomes(door)).not.toContain('access.granted ann');
    await door.swipe('A');
    await door.type('0417#');
    expect(await logged(door)).toEqual({ text: 'Access Granted', person: 1 });
  });

  it('G19: Card and PIN, wrong PIN: denied, "Deny Access - Wrong PIN", of the person of the card', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('B');
    await door.type('0417#');
    await door.wait(1 * second);
    expect(outcomes(door).at(-1)).toBe('denied');
    expect(await logged(door)).toEqual({ text: 'Deny Access - Wrong PIN', person: 2 });
  });

  it('G20: Card or PIN, wrong PIN: denied, "Deny Access - Card/PIN Not Found", of nobody', async () => {
    const door = await openDoor({ mode: 'cardOrPin' });
    await door.type('9999#');
    await door.wait(1 * second);
    expect(outcomes(door).at(-1)).toBe('denied');
    expect(await logged(door)).toEqual({ text: 'Deny Access - Card/PIN Not Found', person: undefined });
  });

  it('G21: everything is in the log, numbered without a gap, with its time, and stays there over a restart', async () => {
    const door = await openDoor({ mode: 'cardAndPin' });
    await door.swipe('A');
    await door.type('9999#0417#');
    await door.swipe('Z');
    await door.restart();
    const log = await door.events();
    expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, index) => index + 1));
    expect(log.map(({ code }) => code)).toEqual([
      'reader.started',
      'pin.wrong',
      'access.granted',
      'credential.notFound',
      'reader.stopped',
      'reader.started',
    ]);
    for (const { wallMs } of log) expect(new Date(wallMs).getUTCFullYear()).toBe(2026);
  });
});

describe('codes and texts', () => {
  it('each code has a text in each profile, and the texts of denials begin alike', () => {
    for (const code of eventCodes) for (const profile of profiles) expect(displayText(code, profile)).toMatch(/^[A-Z][\w /#-]+$/);
    expect(displayText('pin.wrong', 'genea-2021')).toBe('Deny Access - Wrong PIN');
    expect(displayText('credential.notFound', 'genea-2021')).toBe('Deny Access - Card/PIN Not Found');
    expect(displayText('pin.wrong', 'genea-2025')).toBe('Access Denied - Invalid PIN');
    expect(displayText('credential.notFound', 'genea-2025')).toBe('Access Denied - Card/PIN Not Found');
  });

  it('I1: no PIN and no card number is in the journal, whatever was typed and read', async () => {
    const door = await openDoor({ mode: 'cardOrPin', people: [{ name: 'eve', pin: '90210334', cards: ['E'] }] });
    for (const typed of ['90210334', '73519264', '735192#', '7351*', '7351926#']) {
      await door.type(typed);
      await door.wait(6 * second);
    }
    door.cardReader.presentText('73519264');
    door.cardReader.presentBits('0111001101010001100100100110010001110011');
    await door.wait(2 * second);
    await door.setMode('cardAndPin');
    await door.swipe('E');
    await door.type('73519264');
    await door.wait(6 * second);
    const bytes = Buffer.concat(door.records.rows('event').map(({ value }) => Buffer.from(value)));
    for (const secret of ['90210334', '73519264', '735192', '7351926']) {
      for (const form of [secret, [...secret].reverse().join(''), Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]) {
        expect(bytes.includes(form), form).toBe(false);
      }
      expect(bytes.includes(Buffer.from(secret.padEnd(8, '0'), 'hex'))).toBe(false);
      expect(JSON.stringify([await door.events(), door.story()])).not.toContain(secret);
    }
  });
});
