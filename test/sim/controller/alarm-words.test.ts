/** What alarms say to people. */
import { describe, expect, it } from 'vitest';
import { alarmWords } from '../../../sim/controller/alarm-words.ts';

describe('an alarm', () => {
  it('says a sentence of its own, and never its code', () => {
    const said = Object.values(alarmWords);
    expect(new Set(said).size).toBe(said.length);
    for (const [alarm, words] of Object.entries(alarmWords)) {
      expect(words).toMatch(/^[A-Z].+\.$/);
      expect(words).not.toContain(alarm);
    }
  });
});
