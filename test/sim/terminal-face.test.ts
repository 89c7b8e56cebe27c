/** The door as text: it fits the screen, and says in words what it shows in colour. */
import { describe, expect, it } from 'vitest';
import { type FaceFacts, faceLines, happeningLine } from '../../sim/terminal/face.ts';
import { defaultProfile } from '../../src/access/events.ts';
import { modes } from '../../src/access/mode.ts';
import type { Colour } from '../../src/ports/lights.ts';

const esc = '\u001b';
const withoutColours = (line: string): string => line.replaceAll(new RegExp(`${esc}\\[[0-9;]*m`, 'g'), '');

const facts: FaceFacts = {
  name: 'Front door',
  mode: 'cardOrPin',
  colour: 'blue',
  beeps: [],
  isBeeping: false,
  says: 'ready',
  isReleased: false,
  isLeafOpen: false,
  isPowered: true,
  wallMs: Date.UTC(2026, 0, 5, 8),
  people: [
    { name: 'Ann', pin: '0417', cards: ['A'] },
    { name: 'Ben', pin: '86420975' },
    { name: 'Cleo', cards: ['C', 'D'] },
  ],
  happenings: [],
  profile: defaultProfile,
  screenRows: 24,
};
const face = (changes: Partial<FaceFacts> = {}): string =>
  faceLines({ ...facts, ...changes })
    .map(withoutColours)
    .join('\n');
const rowOf = (name: string, text: string): string => new RegExp(`${name} +(.*)`).exec(text)?.[1] ?? '';

describe('the face of a door', () => {
  it('is this, at rest', () => {
    expect(`\n${face()}\n`).toMatchInlineSnapshot(`
      "
       doorpad  Front door, card or PIN                 08:00:00 UTC

        ╭─────────────╮   light   blue
        │ ━━━━━━━━━━━ │   buzzer  silent
        │             │   strike  secured
        │  1   2   3  │   door    shut
        │  4   5   6  │   says    ready
        │  7   8   9  │
        │  *   0   #  │   Ann   PIN 0417     card a
        │             │   Ben   PIN 86420975 no card
        ╰─────────────╯   Cleo  no PIN       card c d

       0–9 * #  keys (Enter is #)   a b c  cards   x  a card nobody knows
       o  open or shut the door   r  exit button   m  next mode
       t  15 s later   p  power off and on   q  quit

      "
    `);
  });

  it.each(['off', 'red', 'green', 'amber', 'blue', 'violet', 'white'] satisfies Colour[])('names the light as well as painting it: %s', (colour) => {
    expect(rowOf('light', face({ colour }))).toBe(colour);
    const painted = (lines: readonly string[]): readonly string[] =>
      lines.filter((line) => line.includes('light') || line.includes('━') || line.includes('──── '));
    expect(painted(faceLines({ ...facts, colour })).join()).not.toBe(
      painted(faceLines({ ...facts, colour: colour === 'red' ? 'blue' : 'red' })).join(),
    );
  });

  it('shows the beeps of the last signal, in notes and in words', () => {
    expect(rowOf('buzzer', face())).toBe('silent');
    expect(rowOf('buzzer', face({ beeps: ['normal'], isBeeping: true }))).toBe('♪ beep');
    expect(rowOf('buzzer', face({ beeps: ['normal', 'normal', 'normal'] }))).toBe('♪♪♪ 3 beeps');
    expect(rowOf('buzzer', face({ beeps: ['low', 'low'], isBeeping: true }))).toBe('♪♪ 2 low beeps');
  });

  it('shows strike, leaf, words and mode', () => {
    const text = face({ isReleased: true, isLeafOpen: true, says: 'come in', mode: 'cardAndPin' });
    expect([rowOf('strike', text), rowOf('door  ', text), rowOf('says', text)]).toEqual(['released', 'open', 'come in']);
    expect(text).toContain('Front door, card and PIN');
    expect(new Set(modes.map((mode) => face({ mode }))).size).toBe(modes.length);
  });

  it('says when there is no power', () => {
    expect(rowOf('light', face({ isPowered: false, colour: 'off' }))).toBe('no power');
  });

  it('lists the newest events first, as many as the screen has room for', () => {
    const happenings = Array.from({ length: 60 }, (_, index) => ({
      event: { code: 'pin.wrong', person: 2 } as const,
      wallMs: facts.wallMs + index * 1_000,
    }));
    for (const screenRows of [24, 30, 50]) {
      const lines = face({ happenings, screenRows }).split('\n');
      expect(lines).toHaveLength(screenRows - 1);
      expect(lines[16]).toBe(' 08:00:59  Deny Access - Wrong PIN, Ben');
    }
  });

  it('keeps light, buzzer, strike, door and words on a small screen', () => {
    for (const screenRows of [8, 12, 17, 23]) {
      const text = face({ screenRows });
      expect(text.split('\n').length).toBeLessThan(screenRows);
      for (const name of ['light', 'buzzer', 'strike', 'door  ', 'says']) expect(rowOf(name, text)).not.toBe('');
    }
  });

  it('fits 79 columns, whatever happened', () => {
    const event = { code: 'strike.unreachable', person: 3, fields: { mode: 'cardAndPin', by: 'x'.repeat(90), fault: 'y' } } as const;
    const text = face({
      happenings: [{ event, wallMs: facts.wallMs }],
      beeps: ['low', 'low', 'low'],
      says: 'the power is off; p brings it back; o and t work',
    });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(79);
  });

  it('tells an event with its text, its person and its facts, and a mode where the mode is the event', () => {
    const line = (event: Parameters<typeof happeningLine>[0]['event']): string =>
      happeningLine({ event, wallMs: facts.wallMs }, defaultProfile, facts.people);
    expect(line({ code: 'access.granted', person: 1, fields: { by: 'pin', mode: 'cardOrPin' } })).toBe('08:00:00  Access Granted, Ann  (by pin)');
    expect(line({ code: 'mode.changed', fields: { mode: 'locked', from: 'cardOrPin' } })).toBe(
      '08:00:00  Mode Changed  (mode locked, from cardOrPin)',
    );
    expect(line({ code: 'credential.notFound', person: 9 })).toBe('08:00:00  Deny Access - Card/PIN Not Found, person 9');
  });
});
