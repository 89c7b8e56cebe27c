/** What people are told about a door follows its settings: every choice has a sentence, every number is the policy's. */
import { describe, expect, it } from 'vitest';
import { modes } from '../../src/access/mode.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { describeDoor, duration } from '../../src/tools/describe-door.ts';
import { doorCard } from '../../src/tools/door-card.ts';

const configOf = (text: string): Config => {
  const config = readConfig(`door.strike = "relay"\n${text}`);
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  return config.value;
};
const controllerStrike = (text: string): Config => {
  const config = readConfig(`door.strike = "controller"\n${text}`);
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  return config.value;
};
const said = (text: string): string => describeDoor(configOf(text), 'none').sentences.join('\n');
const warned = (text: string): string => describeDoor(configOf(text), 'standAlone').warnings.join('\n');

describe('the description of a door', () => {
  it.each([
    ['cardOnly', 'A card opens. PINs are not asked for.'],
    ['pinOnly', 'A PIN opens. Cards do not.'],
    ['cardOrPin', 'A card or a PIN opens; a person with a PIN needs no card.'],
    ['cardAndPin', 'A card opens together with the PIN of its person, submitted within 15 s of the card, in at most 3 tries.'],
    ['unlocked', 'The door stands unlocked: whoever comes, enters.'],
    ['locked', 'Nobody enters, whatever they present.'],
  ])('says who enters in mode %s', (mode, sentence) => {
    expect(said(`reader.mode = "${mode}"`)).toContain(sentence);
  });

  it('speaks of PINs only where they are asked for', () => {
    for (const mode of modes)
      expect(said(`reader.mode = "${mode}"`).includes('end with #')).toBe(['pinOnly', 'cardOrPin', 'cardAndPin'].includes(mode));
    expect(said('reader.model = "RP40"\nreader.mode = "cardOnly"')).toContain('works as an RP40, without a keypad');
  });

  it('says how guessing is stopped, where, and for whom', () => {
    expect(said('lockout.doorAttempts = 1')).toContain('1 wrong PIN by anybody makes PIN entry wait 60 s, doubling to 15 min. Cards go on working.');
    expect(said('reader.mode = "pinOnly"')).not.toContain('Cards go on working');
    expect(said('reader.mode = "cardAndPin"\nlockout.personAttempts = 7')).toContain(
      '7 wrong PINs with the cards of one person within 10 min make PIN entry for that person wait 5 min, doubling to 1 h. People with extended time have 30 s, and 10 s between keys.',
    );
  });

  it('says what happens at the strike and the contacts', () => {
    expect(said('door.strikeSeconds = 7')).toContain('released for 7 s (14 s for people with extended time), by this board');
    expect(said('')).toContain('No door contact is wired');
    expect(said('')).toContain('Request-to-exit is not wired.');
    expect(said('devices.doorContact = "normallyClosed"')).toContain('whoever leaves is reported as forcing the door');
    const wired = said(
      'door.secureOnOpen = true\ndoor.rex = "release"\ndevices.doorContact = "normallyClosed"\ndevices.rex = "normallyOpen"\ndevices.tamper = "normallyClosed"',
    );
    expect(wired).toContain(', or until the door opens,');
    expect(wired).toContain('stands open for 30 s.');
    expect(wired).toContain('Request-to-exit releases the strike, and keeps the opening door from being reported as forced.');
    expect(wired).toContain('An opened case is reported.');
    expect(said('devices.rex = "normallyOpen"')).toContain('Request-to-exit keeps the opening door');
  });

  it('says what happens when something fails', () => {
    expect(said('')).toContain('Nobody enters unless it could be written down first.');
    expect(said('failure.recordFailure = "grantCards"')).toContain('cards without a use count still open; PINs do not.');
    expect(said('failure.untrustedTime = "lastSeen"')).toContain('judged by the last time this reader knew');
    expect(said('offline.fullHours = 24\noffline.priorityHours = 168')).toContain(
      'served for 24 h, then for 7 days only people with the offline-priority mark, then nobody.',
    );
    expect(said('journal.whenFull = "deny"\njournal.capacity = 1000')).toContain(
      'The last 1,000 events are kept; when they are full, nobody enters.',
    );
    expect(said('entry.duress = true')).toContain('A duress PIN opens as usual and raises a silent event.');
  });

  it('says who decides, and over which line', () => {
    const line = (text = ''): string => `[line]\nport = "/dev/ttyS0"\naddress = 3\n${text}`;
    expect(said('')).toContain('There is no line: this door stands alone.');
    expect(said(line('baudRate = 38400'))).toContain('The line is /dev/ttyS0 at 38400 baud, with address 3. A controller brings the table');
    expect(said(line('decides = "panelThenReader"'))).toContain('when it has not asked for 2 s, this reader decides, as below.');
    const panel = said(line('decides = "panel"'));
    expect(panel).toContain('Who enters is for the panel to decide, whatever the mode.');
    expect(panel).toContain("The strike is released as the panel says, by this board's own output");
    expect(panel).not.toContain('end with #');
    const asked = describeDoor(controllerStrike(line()), 'site');
    expect(asked.sentences.join('\n')).toContain('by a device on the secure side, asked over the line: without its answer, nobody enters.');
    expect(asked.warnings.join('\n')).not.toContain('wired to this unit');
  });

  it('warns of a line without a secure channel, and of keys that a line needs', () => {
    const line = (text = ''): Config => configOf(`[line]\nport = "/dev/ttyS0"\naddress = 3\n${text}`);
    const all = (config: Config, keys: 'none' | 'standAlone' | 'site'): string => describeDoor(config, keys).warnings.join('\n');
    expect(all(line('decides = "panel"\nclear = true'), 'none')).toContain('the panel may speak without a secure channel (line.clear)');
    expect(all(line('decides = "panel"\nclear = true'), 'none')).not.toContain('it knows nobody');
    expect(all(line('decides = "panel"'), 'none')).toContain('The line needs a key that the panel has too');
    expect(all(line(), 'standAlone')).toContain('do not come from a site');
    expect(all(line(), 'site')).toContain('only the site can add people');
    expect(all(line(), 'site')).not.toContain('install-keys');
  });

  it('warns of everything that is low security', () => {
    expect(warned('').split('\n')).toEqual([expect.stringContaining('the strike is wired to this unit'), expect.stringContaining('(tier 0)')]);
    expect(describeDoor(configOf(''), 'none').warnings[1]).toContain('it knows nobody');
    expect(warned('reader.mode = "unlocked"')).toContain('The door stands unlocked.');
    expect(warned('failure.recordFailure = "grantCards"')).toContain('failure.recordFailure');
    expect(warned('failure.untrustedTime = "lastSeen"')).toContain('failure.untrustedTime');
  });

  it.each([
    [5_000, '5 s'],
    [60_000, '60 s'],
    [90_000, '90 s'],
    [120_000, '2 min'],
    [900_000, '15 min'],
    [3_600_000, '1 h'],
    [86_400_000, '24 h'],
    [172_800_000, '2 days'],
    [0, '0 s'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('the card beside the door', () => {
  it.each([
    ['cardOnly', 'Hold your card to the reader.', 'PIN'],
    ['pinOnly', 'Type your PIN, then press #.', 'card'],
    ['cardOrPin', 'Hold your card to the reader, or:', 'again.  '],
    ['cardAndPin', 'You have 15 s.', ', or:'],
    ['unlocked', 'The door is open.', 'PIN'],
    ['locked', 'The door is locked.', 'PIN'],
  ])('tells how to enter in mode %s and no more', (mode, has, hasNot) => {
    const card = doorCard(configOf(`reader.mode = "${mode}"`));
    expect(card).toContain(has);
    expect(card.replaceAll(/ +\|/g, '')).not.toContain(hasNot);
    expect(
      new Set(
        card
          .trim()
          .split('\n')
          .map((line) => line.length),
      ).size,
    ).toBe(1);
  });
});
