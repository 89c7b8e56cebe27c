/** The values the rules speak in: PINs, cards, modes, events, signals, settings. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Card } from '../../src/access/card.ts';
import { classOf, displayText, eventCodes, isEventCode, profiles } from '../../src/access/events.ts';
import { lengthMs, lightAt, programs, restingLightAt, restingLights } from '../../src/access/feedback.ts';
import {
  asksForPin,
  hasKeypad,
  isStricter,
  type Mode,
  type ModeStart,
  modeAtStart,
  modeFact,
  modeFor,
  models,
  modes,
} from '../../src/access/mode.ts';
import { type Digit, Pin } from '../../src/access/pin.ts';
import { defaultPolicy, policyRanges } from '../../src/access/policy.ts';

const typed = (digits: string): Pin => [...digits].reduce((pin, digit) => pin.with(digit as Digit), Pin.empty);
const bits = (...bytes: number[]): Card => new Card('bits', Uint8Array.from(bytes), bytes.length * 8);

describe('a PIN', () => {
  it('keeps leading zeros and at most eight digits', () => {
    expect(typed('00012').reveal()).toBe('00012');
    expect(typed('123456789').reveal()).toBe('12345678');
    expect(typed('000').isTooShort).toBe(true);
    expect(typed('0000').isTooShort).toBe(false);
  });

  it('is made of 4 to 8 digits and nothing else', () => {
    expect(Pin.from('0417')?.reveal()).toBe('0417');
    for (const text of ['', '123', '123456789', '12a4', ' 1234', '１２３４', '1234\n']) expect(Pin.from(text)).toBeUndefined();
  });

  it('never prints, serialises or inspects, not even its length', () => {
    const pin = typed('94518273');
    const shown = [
      `${pin}`,
      JSON.stringify({ pin }),
      inspect({ pin }),
      inspect(pin, { showHidden: true, depth: 9 }),
      Object.entries(pin).join(),
    ].join();
    expect(shown).not.toMatch(/[0-9]/);
    expect(String(new Error(`wrong: ${pin}`))).toBe('Error: wrong: ‹pin›');
  });
});

describe('a card', () => {
  it('shows its last two digits and no more', () => {
    const card = bits(0x12, 0x34, 0x56, 0x78);
    expect(`${card}`).toBe('‹card …78›');
    expect(JSON.stringify({ card })).toBe('{"card":"‹card …78›"}');
    expect(inspect({ card }, { depth: 9 })).toBe('{ card: ‹card …78› }');
    expect(new Card('text', new TextEncoder().encode('00412\u00077'), 7).tail).toBe('?7');
  });

  it('shows nothing where nothing was read', () => {
    expect(bits().tail).toBe('');
  });

  it('is cut where more was read than is kept, and so could be the beginning of another', () => {
    const kept = new Uint8Array(64);
    expect(new Card('text', kept, 64).isCut).toBe(false);
    expect(new Card('text', kept, 65).isCut).toBe(true);
    expect(new Card('bits', kept, 512).isCut).toBe(false);
    expect(new Card('bits', kept, 513).isCut).toBe(true);
    expect(new Card('bits', kept, 505).isCut).toBe(false);
  });

  it('keeps its own copy of what was read', () => {
    const bytes = Uint8Array.of(1, 2);
    const card = new Card('bits', bytes, 16);
    bytes.fill(0);
    expect([...card.reveal()]).toEqual([1, 2]);
  });
});

describe('modes and models', () => {
  it('refuse a PIN mode to a reader without a keypad, with the reason', () => {
    for (const model of models) {
      for (const mode of modes) {
        const result = modeFor(model, mode);
        expect(result.ok).toBe(hasKeypad(model) || !asksForPin(mode));
        if (!result.ok) expect(result.failure).toContain('no keypad');
      }
    }
  });
});

const startOf = (byDefault: Mode, fact: number, over: Partial<ModeStart> = {}): Mode =>
  modeAtStart({ model: 'RPK40', byDefault, fact, areSettingsAccepted: false, ...over });

describe('the mode at start', () => {
  it('is the one that was set last over the same default, save that no door comes up unlocked', () => {
    for (const areSettingsAccepted of [false, true]) {
      for (const byDefault of modes) {
        expect(startOf(byDefault, 0, { areSettingsAccepted })).toBe(byDefault);
        expect(startOf(byDefault, 99, { areSettingsAccepted })).toBe(byDefault);
        for (const set of modes) {
          expect(startOf(byDefault, modeFact(byDefault, set), { areSettingsAccepted })).toBe(set === 'unlocked' ? byDefault : set);
        }
      }
    }
  });

  it.each<[over: Mode, set: Mode, edited: Mode, starts: Mode]>([
    ['cardOrPin', 'locked', 'cardAndPin', 'locked'],
    ['cardOrPin', 'locked', 'cardOnly', 'locked'],
    ['cardOrPin', 'cardAndPin', 'cardOnly', 'cardAndPin'],
    ['cardOnly', 'locked', 'cardAndPin', 'locked'],
    ['unlocked', 'locked', 'cardOrPin', 'locked'],
    ['cardOrPin', 'cardOnly', 'pinOnly', 'cardOnly'],
    ['cardOrPin', 'cardOnly', 'cardAndPin', 'cardAndPin'],
    ['cardOrPin', 'cardOnly', 'locked', 'locked'],
    ['cardAndPin', 'cardOrPin', 'cardOnly', 'cardOnly'],
    ['cardAndPin', 'unlocked', 'locked', 'locked'],
  ])('over %s set to %s, with settings edited to %s, is %s', (over, set, edited, starts) => {
    expect(startOf(edited, modeFact(over, set))).toBe(starts);
    expect(startOf(edited, modeFact(over, set), { areSettingsAccepted: true })).toBe(edited);
  });

  it('lets in nobody, by settings that nobody accepted, whom the mode that was set does not', () => {
    for (const over of modes) {
      for (const set of modes.filter((mode) => mode !== 'unlocked')) {
        for (const edited of modes) {
          const starts = startOf(edited, modeFact(over, set));
          expect(starts === set || isStricter(set, starts), `${over} ${set} ${edited}`).toBe(true);
        }
      }
    }
  });

  it('is the default where the model refuses the one that was set: the keypad may be gone since', () => {
    for (const model of models.filter((each) => !hasKeypad(each))) {
      for (const set of modes) {
        const isKept = !asksForPin(set) && set !== 'unlocked';
        expect(startOf('cardOnly', modeFact('cardOnly', set), { model })).toBe(isKept ? set : 'cardOnly');
      }
    }
  });
});

describe('the event catalogue', () => {
  it('prints the two texts of the default profile exactly', () => {
    expect(displayText('pin.wrong', 'genea-2021')).toBe('Deny Access - Wrong PIN');
    expect(displayText('credential.notFound', 'genea-2021')).toBe('Deny Access - Card/PIN Not Found');
  });

  it('prints the later texts in the second profile', () => {
    expect(displayText('pin.wrong', 'genea-2025')).toBe('Access Denied - Invalid PIN');
    expect(displayText('credential.notFound', 'genea-2025')).toBe('Access Denied - Card/PIN Not Found');
  });

  it('has a class and a text in every profile for every code', () => {
    for (const code of eventCodes) {
      expect(isEventCode(code)).toBe(true);
      expect(['grant', 'alarm', 'deny', 'info']).toContain(classOf(code));
      for (const profile of profiles) expect(displayText(code, profile)).toMatch(/^[A-Z]/);
    }
    expect(isEventCode('toString')).toBe(false);
  });

  it('calls nothing a grant but what opens the door', () => {
    expect(eventCodes.filter((code) => classOf(code) === 'grant')).toEqual(['access.granted', 'door.unlocked', 'order.released']);
  });
});

describe('a stricter mode', () => {
  it('lets in only whom the other lets in, and not all of them', () => {
    const stricter = modes.flatMap((from) => modes.filter((to) => isStricter(from, to)).map((to) => `${from} > ${to}`));
    expect(stricter).toEqual([
      'cardOnly > cardAndPin',
      'cardOnly > locked',
      'pinOnly > cardAndPin',
      'pinOnly > locked',
      'cardOrPin > cardOnly',
      'cardOrPin > pinOnly',
      'cardOrPin > cardAndPin',
      'cardOrPin > locked',
      'cardAndPin > locked',
      'unlocked > cardOnly',
      'unlocked > pinOnly',
      'unlocked > cardOrPin',
      'unlocked > cardAndPin',
      'unlocked > locked',
    ]);
  });
});

describe('signals', () => {
  it('light their steps one after the other and then end', () => {
    const { lights } = programs.granted;
    expect(lightAt(lights, 0)).toEqual({ colour: 'green', forMs: 200 });
    expect(lightAt(lights, 399)).toEqual({ colour: 'off', forMs: 1 });
    expect(lightAt(lights, lengthMs(lights))).toBeUndefined();
  });

  it('rest in a cycle without an end', () => {
    expect(restingLightAt('lockedOut', 899)).toEqual({ colour: 'red', forMs: 1 });
    expect(restingLightAt('lockedOut', 900)).toEqual({ colour: 'off', forMs: 100 });
    expect(restingLightAt('lockedOut', 1000)).toEqual({ colour: 'red', forMs: 900 });
    for (const cycle of Object.values(restingLights)) expect(lengthMs(cycle)).toBeGreaterThan(0);
  });
});

describe('the policy', () => {
  it('has its defaults within its ranges', () => {
    const { windowMs, windowTries, interDigitMs, strikeMs, heldOpenMs, budget } = defaultPolicy;
    const values = {
      windowMs,
      windowTries,
      interDigitMs,
      strikeMs,
      heldOpenMs,
      doorAttempts: budget.door.attempts,
      personAttempts: budget.person.attempts,
    };
    for (const [name, value] of Object.entries(values)) {
      const [least, most] = policyRanges[name as keyof typeof policyRanges];
      expect(value, name).toBeGreaterThanOrEqual(least);
      expect(value, name).toBeLessThanOrEqual(most);
    }
  });
});
