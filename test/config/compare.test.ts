/** Which changes of settings a controller notices, and which weaken the door. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { settingsHash, weakenedBy } from '../../src/config/compare.ts';
import type { Settings } from '../../src/config/settings.ts';
import { readConfig } from '../../src/config.ts';

const settingsOf = (text: string): Settings => {
  const config = readConfig(text.includes('strike =') ? text : `door.strike = "relay"\n${text}`);
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  return config.value.settings;
};

const hashOf = (text: string): string =>
  Buffer.from(settingsHash(settingsOf(text), (message) => createHash('sha256').update(message).digest())).toString('hex');

describe('the hash of the settings', () => {
  it('does not depend on how the file is written', () => {
    const plain = hashOf('[entry]\nwindowSeconds = 20');
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf('# twenty\n"entry".windowSeconds = 20.0')).toBe(plain);
  });

  it('counts a default like the same value in the file', () => {
    expect(hashOf('[entry]\nwindowSeconds = 15')).toBe(hashOf(''));
  });

  it('changes with every setting', () => {
    const texts = [
      '',
      'entry.windowSeconds = 20',
      'entry.duress = true',
      'reader.name = "x"',
      'offline.fullHours = 1\noffline.priorityHours = 0',
      'log.level = "warn"',
    ];
    expect(new Set(texts.map(hashOf)).size).toBe(texts.length);
  });
});

describe('a change of settings', () => {
  it.each([
    ['[entry]\nwindowSeconds = 20', ['entry.windowSeconds']],
    ['[entry]\nwindowTries = 5\ninterDigitSeconds = 15', ['entry.windowTries']],
    [
      '[door]\nstrike = "relay"\nstrikeSeconds = 6\nheldOpenSeconds = 60\nrex = "release"\n[devices]\nrex = "normallyOpen"',
      ['door.strikeSeconds', 'door.heldOpenSeconds', 'door.rex', 'devices.rex'],
    ],
    ['[lockout]\ndoorAttempts = 6\npersonAttempts = 6', ['lockout.doorAttempts', 'lockout.personAttempts']],
    ['[failure]\nrecordFailure = "grantCards"\nuntrustedTime = "lastSeen"', ['failure.recordFailure', 'failure.untrustedTime']],
    ['[reader]\nmodel = "RP10"\nmode = "cardOnly"', ['reader.model']],
    ['[reader]\nname = "Yard"\n[devices]\nkeypad = "/dev/input/event7"\ncardReader = "/dev/input/event8"', []],
    ['[devices]\nkeypad = "wiegand"\ncardReader = "wiegand"\nwiegandParity = "raw"', ['devices.keypad', 'devices.wiegandParity']],
    ['[devices]\ncardReader = "pn532"\npn532 = "/dev/ttyS1"', []],
    ['[reader]\ndataDir = "/elsewhere"', ['reader.dataDir']],
    ['[devices]\nred = "/sys/class/leds/doorpad:strike"\ninputs = "/dev/nowhere"', ['devices.inputs', 'devices.red']],
    ['[journal]\ncapacity = 1000', ['journal.capacity']],
    ['[entry]\nduress = true', ['entry.duress']],
    ['[line]\nport = "/dev/ttyS0"\naddress = 1\nbaudRate = 115200', []],
    ['[line]\nport = "/dev/ttyS0"\naddress = 1\ndecides = "panelThenReader"\nclear = true', ['line.decides', 'line.clear']],
  ])('to %j weakens %j, and back again only what can open others', (text, weakened) => {
    const [before, after] = [settingsOf(''), settingsOf(text)];
    expect(weakenedBy(before, after)).toEqual(weakened);
    const eitherWay = ['reader.model', 'reader.mode', 'reader.dataDir', 'entry.duress', 'devices.rex', 'devices.inputs', 'devices.red'];
    expect(weakenedBy(after, before).filter((key) => !eitherWay.includes(key) && key !== 'line.port')).toEqual([]);
  });

  it.each([
    ['port = "/dev/null"\naddress = 1', ['line.port']],
    ['port = "/dev/ttyS0"\naddress = 77', ['line.address']],
    ['port = "/dev/ttyS0"\naddress = 1\nbaudRate = 19200', ['line.baudRate']],
    ['port = "/dev/ttyS0"\naddress = 1\nbaudRate = 9600', []],
  ])('of the line to %j weakens %j: its controller does not find the reader any more', (text, weakened) => {
    expect(weakenedBy(settingsOf('[line]\nport = "/dev/ttyS0"\naddress = 1'), settingsOf(`[line]\n${text}`))).toEqual(weakened);
  });

  it('that leaves the line out weakens: nobody hears of anything any more', () => {
    const line = '[line]\nport = "/dev/ttyS0"\naddress = 1';
    expect(weakenedBy(settingsOf(line), settingsOf(''))).toEqual(['line.port']);
  });

  it('to less offline service strengthens, and back weakens', () => {
    const [unlimited, day] = [settingsOf(''), settingsOf('offline.fullHours = 24\noffline.priorityHours = 0')];
    expect(weakenedBy(unlimited, day)).toEqual([]);
    expect(weakenedBy(day, unlimited)).toEqual(['offline.fullHours', 'offline.priorityHours']);
  });

  it('from full-journal denial to gaps weakens', () => {
    expect(weakenedBy(settingsOf('journal.whenFull = "deny"'), settingsOf(''))).toEqual(['journal.whenFull']);
  });

  it('that secures the door as it opens weakens when it is taken back', () => {
    const contact = '[devices]\ndoorContact = "normallyClosed"';
    const secured = settingsOf(`door = { strike = "relay", secureOnOpen = true }\n${contact}`);
    expect(weakenedBy(settingsOf(contact), secured)).toEqual([]);
    expect(weakenedBy(secured, settingsOf(contact))).toEqual(['door.secureOnOpen']);
  });

  it.each([
    ['cardAndPin', 'cardOnly', true],
    ['cardOnly', 'cardAndPin', false],
    ['cardOnly', 'pinOnly', true],
    ['pinOnly', 'cardOnly', true],
    ['cardOrPin', 'pinOnly', false],
    ['pinOnly', 'cardOrPin', true],
    ['unlocked', 'cardOrPin', false],
    ['cardOrPin', 'unlocked', true],
    ['locked', 'cardAndPin', true],
    ['unlocked', 'locked', false],
    ['locked', 'locked', false],
  ])('from mode %s to %s lets in others: %s', (before, after, isWeaker) => {
    const mode = (name: string): Settings => settingsOf(`reader.mode = "${name}"`);
    expect(weakenedBy(mode(before), mode(after)).includes('reader.mode')).toBe(isWeaker);
  });
});
