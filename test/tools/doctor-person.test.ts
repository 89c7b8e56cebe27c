/** The checks with a person at the reader, in virtual time: hands on simulated devices, answers from a list. */
import { describe, expect, it } from 'vitest';
import { SimBuzzer } from '../../sim/devices/buzzer.ts';
import { SimCardReader } from '../../sim/devices/card-reader.ts';
import { SimInputs } from '../../sim/devices/inputs.ts';
import { SimKeypad } from '../../sim/devices/keypad.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { SimStrike } from '../../sim/devices/strike.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { readConfig } from '../../src/config.ts';
import { keys } from '../../src/ports/keypad.ts';
import { checkedJson, checkedText, runChecks } from '../../src/tools/doctor.ts';
import { type Hands, personChecks, pulseMs, silenceMs } from '../../src/tools/doctor-person.ts';

const wired = 'blue = "/blue"\nrex = "normallyOpen"\ndoorContact = "normallyClosed"';

const benchOf = (answers: readonly string[] = [], devices = wired, more: Partial<Hands> = {}) => {
  const config = readConfig(`[door]\nstrike = "relay"\n[devices]\n${devices}\n`);
  if (!config.ok) throw new Error('the settings are wrong');
  const clock = new VirtualClock();
  const strike = new SimStrike(clock);
  const parts = {
    keypad: new SimKeypad(clock),
    cardReader: new SimCardReader(clock),
    inputs: new SimInputs(clock, ['rex', 'doorContact']),
    lights: new SimLights(clock),
    buzzer: new SimBuzzer(clock),
  };
  const left = [...answers];
  const [said, asked]: [string[], string[]] = [[], []];
  const hands: Hands = {
    config: config.value,
    clock,
    parts,
    strike: () => Object.assign(strike, { isOn: () => strike.isEnergised }),
    say: (text) => said.push(text),
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(left.shift());
    },
    ...more,
  };
  return { clock, parts, strike, said, asked, hands };
};
type Bench = ReturnType<typeof benchOf>;

/** Runs one check while `act` is done, and then waits as long as any check waits. */
const tried = async (name: string, { hands, clock }: Bench, act: () => void | Promise<void> = () => undefined): Promise<string> => {
  const running = runChecks(
    personChecks.filter((check) => check.name === name),
    hands,
  );
  await clock.advance(0);
  await act();
  await clock.advance(10 * silenceMs);
  const [checked] = await running;
  return checked === undefined ? 'not there' : checkedText(checked).replaceAll(/ {2,}(?=[A-Z])/g, ' ');
};

describe('a person at the reader', () => {
  it.each([
    ['y', '  lights The light shows its colours.\n'],
    ['n', '! lights The light shows other colours: look at its wires, and at red, green and blue in [devices].\n'],
    [undefined, '- lights Nobody said whether it was right.\n'],
  ])('sees the colours, and says %s', async (answer, text) => {
    const bench = benchOf(answer === undefined ? [] : [answer]);
    expect((await tried('lights', bench)).trimStart()).toBe(text.trimStart());
    expect(bench.parts.lights.shown.entries.map(({ colour }) => colour)).toEqual(['red', 'green', 'amber', 'blue', 'off']);
  });

  it('hears the buzzer where there is one', async () => {
    const bench = benchOf(['yes']);
    expect(await tried('buzzer', bench)).toContain('The buzzer sounds.');
    expect(bench.parts.buzzer.heard.entries).toHaveLength(1);
    expect(await tried('buzzer', benchOf([], 'buzzer = "none"'))).toBe('');
  });

  it('presses each key, which is shown, flashed and beeped, and stands nowhere else', async () => {
    const bench = benchOf();
    const text = await tried('keys', bench, () => {
      for (const key of keys) bench.parts.keypad.tap(key);
    });
    expect(text).toContain('Every key arrives.');
    expect(bench.said.join('')).toContain(` ${keys.join(' ')}\n`);
    expect(bench.parts.buzzer.heard.entries).toHaveLength(keys.length);
    const [checked] = await runChecks([{ name: 'keys', needs: 'press', run: () => [] }], bench.hands);
    expect(checked && checkedJson(checked)).not.toMatch(/[0-9]/);
  });

  it('presses some keys, and is told which did not arrive', async () => {
    const bench = benchOf();
    const text = await tried('keys', bench, async () => {
      for (const key of '123456') {
        bench.parts.keypad.tap(key as (typeof keys)[number]);
        await bench.clock.advance(silenceMs - 1);
      }
    });
    expect(text).toContain('These keys did not arrive: 7 8 9 * 0 #. Look at the wires of their rows and columns.');
  });

  it('finds no keypad where there is none, or it is away', async () => {
    const away = benchOf();
    away.parts.keypad.detach();
    expect(await tried('keys', away)).toContain('The keypad is not there: see the check "keypad".');
    const { lights, buzzer } = away.parts;
    for (const name of ['keys', 'card', 'contacts']) expect(await tried(name, benchOf([], wired, { parts: { lights, buzzer } }))).toBe('');
  });

  it('shows a card, of which only its length is said', async () => {
    const bench = benchOf();
    expect(await tried('card', bench, () => bench.parts.cardReader.presentBits('10110011100011110000111110'))).toContain(
      'A card was read, of 26 bits.',
    );
    const typing = benchOf();
    const text = await tried('card', typing, () => typing.parts.cardReader.presentText('12345678'));
    expect(text).toContain('of 8 characters.');
    expect(text + typing.said.join('')).not.toContain('78');
    expect(await tried('card', benchOf())).toContain('No card was read');
  });

  it('moves each contact both ways', async () => {
    const bench = benchOf();
    const text = await tried('contacts', bench, () => {
      for (const name of ['rex', 'doorContact'] as const) for (const isActive of [true, false]) bench.parts.inputs.set(name, isActive);
    });
    expect(text).toContain('Every contact moves.');
    const stuck = benchOf();
    expect(await tried('contacts', stuck, () => stuck.parts.inputs.set('rex', true))).toContain('did not move both ways: doorContact.');
  });
});

describe('the strike, tried', () => {
  it('opens only after a yes', async () => {
    for (const answers of [[], ['y'], ['no']]) {
      const bench = benchOf(answers);
      expect(await tried('strike', bench)).toContain('The strike was not tried: nobody said yes.');
      expect(bench.strike.releases.entries).toEqual([]);
    }
  });

  it('opens for its second, and closes', async () => {
    const bench = benchOf(['yes', 'y']);
    expect(await tried('strike', bench)).toContain('The strike opens, and closes by itself.');
    expect(bench.strike.releases.entries).toMatchObject([{ holdMs: pulseMs }]);
    expect(bench.strike.isEnergised).toBe(false);
  });

  it.each([
    ['stays on', (strike: SimStrike) => () => Object.assign(strike, { isOn: () => true }), 'The strike stays released: take its wires off'],
    ['never switches', (strike: SimStrike) => () => Object.assign(strike, { isOn: () => false }), 'The output did not switch'],
  ])('that %s is wrong', async (_, made, sentence) => {
    const bench = benchOf(['yes']);
    const broken = { ...bench, hands: { ...bench.hands, strike: made(bench.strike) } };
    expect(await tried('strike', broken)).toContain(sentence);
    expect(bench.strike.isEnergised).toBe(false);
  });

  it('that fails, that is not heard, or that hangs at the controller', async () => {
    const failing = benchOf(['yes']);
    failing.strike.become('failing');
    expect(await tried('strike', failing)).toContain('see the check "strike" above');
    expect(await tried('strike', benchOf(['yes', 'n']))).toContain('The output switches and the strike does not');
    expect(await tried('strike', benchOf([], wired, { strike: undefined }))).toContain('try it from there');
  });
});
