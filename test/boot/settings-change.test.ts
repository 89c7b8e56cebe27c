/** What the event about changed settings says: which, and which of them weaken the door; never a value. */
import { describe, expect, it } from 'vitest';
import { settingsChange, settingsRefused } from '../../src/boot/settings-change.ts';
import { type Config, readConfig } from '../../src/config.ts';

const settingsOf = (more: string): Config['settings'] => {
  const read = readConfig(`[door]\nstrike = "relay"\n${more}`);
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value.settings;
};

describe('settings that wait for an order', () => {
  it('are told with the names of what is weaker, as many as fit', () => {
    expect(settingsRefused(['door.rex', 'reader.mode'])).toEqual({ code: 'settings.refused', fields: { weaker: 'door.rex reader.mode' } });
    const many = Array.from({ length: 40 }, (_, at) => `section.setting${at}`);
    expect(String(settingsRefused(many).fields?.weaker)).toMatch(/^.{1,178} and \d+ more$/);
  });
});

describe('a change of the settings', () => {
  it('is none when the file says the same in other words', () => {
    expect(settingsChange(settingsOf(''), settingsOf('strikeSeconds = 5 # as ever\n'))).toBeUndefined();
  });

  it('is told with its names, and those that weaken the door apart', () => {
    expect(settingsChange(settingsOf(''), settingsOf('strikeSeconds = 4\nheldOpenSeconds = 60\n'))).toEqual({
      code: 'settings.changed',
      fields: { changed: 'door.strikeSeconds door.heldOpenSeconds', weaker: 'door.heldOpenSeconds' },
    });
    expect(settingsChange(settingsOf(''), settingsOf('strikeSeconds = 4\n'))?.fields).toEqual({ changed: 'door.strikeSeconds' });
  });

  it('that is too long for an event says how many more there are', () => {
    const everything = `strikeSeconds = 60\nheldOpenSeconds = 600\n[entry]\nwindowSeconds = 60\nwindowTries = 5\ninterDigitSeconds = 15
duress = true\n[lockout]\ndoorAttempts = 10\npersonAttempts = 10\n[failure]\nrecordFailure = "grantCards"\nuntrustedTime = "lastSeen"`;
    const fields = settingsChange(settingsOf(''), settingsOf(everything))?.fields;
    const changed = String(fields?.changed);
    expect(changed.length).toBeLessThanOrEqual(190);
    expect(changed).toMatch(/^(?:[a-z]+\.[A-Za-z]+ )+and (\d+) more$/);
    expect(changed.split(' ').filter((word) => word.includes('.')).length + Number(/and (\d+) more/.exec(changed)?.[1])).toBe(10);
  });
});
