/**
 * The checks that need a person at the reader: who looks, listens, presses each key, shows a card, moves each contact, and hears the strike.
 * Keys are shown on the terminal as they come and stand nowhere else; of a card its length is shown, and of its number nothing.
 */

import { none } from '../config/setting.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { InputName } from '../ports/inputs.ts';
import { type Key, keys } from '../ports/keypad.ts';
import type { Colour } from '../ports/lights.ts';
import type { Strike } from '../ports/strike.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { ReaderPorts } from '../reader.ts';
import { asFault } from '../shared/faults.ts';
import { type Check, type Finding, good, note, wrong } from './doctor.ts';

/** Without anything happening for so long, a check ends with what it has. */
export const silenceMs = 20_000;
const colourMs = 1_000;
const beepMs = 300;
export const pulseMs = 1_000;
/** After the end of a pulse the kernel is given so long to have ended it. */
const pulseSlackMs = 300;

export interface Hands {
  readonly config: Config;
  readonly clock: Clock;
  readonly parts: Pick<ReaderPorts, 'keypad' | 'cardReader' | 'inputs' | 'lights' | 'buzzer'>;
  /** Made when it is asked for: making it secures it. Undefined: it hangs at the controller. */
  readonly strike: (() => Strike & { isOn(): boolean }) | undefined;
  /** To the person, at once. */
  say(text: string): void;
  /** What they answered; undefined: nobody did. */
  ask(question: string): Promise<string | undefined>;
}

export const personChecks: readonly Check<Hands>[] = [
  { name: 'lights', needs: 'press', run: (hands) => lights(hands) },
  { name: 'buzzer', needs: 'press', run: (hands) => buzzer(hands) },
  { name: 'keys', needs: 'press', run: (hands) => pressedKeys(hands) },
  { name: 'card', needs: 'press', run: (hands) => shownCard(hands) },
  { name: 'contacts', needs: 'press', run: (hands) => movedContacts(hands) },
  { name: 'strike', needs: 'strike', run: (hands) => pulse(hands) },
];

const lights = async ({ config, clock, parts, say, ask }: Hands): Promise<readonly Finding[]> => {
  const { blue } = config.settings.devices;
  const colours: readonly Colour[] = ['red', 'green', 'amber', ...(blue === none ? [] : (['blue'] as const))];
  say(`Look at the light: ${colours.join(', ')}.\n`);
  for (const colour of colours) {
    parts.lights.show(colour);
    await passed(clock, colourMs);
  }
  parts.lights.show('off');
  return confirmed(
    await ask('Were those the colours, in this order? [y/n] '),
    'The light shows its colours.',
    'The light shows other colours: look at its wires, and at red, green and blue in [devices].',
  );
};

const buzzer = async ({ config, parts, say, ask }: Hands): Promise<readonly Finding[]> => {
  if (config.settings.devices.buzzer === none) return [];
  say('Listen.\n');
  parts.buzzer.beep(beepMs, 'normal');
  return confirmed(
    await ask('Was there a beep? [y/n] '),
    'The buzzer sounds.',
    'The buzzer was not heard: look at its wires, and at devices.buzzer.',
  );
};

const confirmed = (answer: string | undefined, yes: string, no: string): readonly Finding[] => {
  if (answer === undefined) return [note('Nobody said whether it was right.')];
  return [/^y/i.test(answer.trim()) ? good(yes) : wrong(no)];
};

const pressedKeys = async ({ clock, parts, say }: Hands): Promise<readonly Finding[]> => {
  const { keypad } = parts;
  if (keypad === undefined) return [];
  say('Press each of the twelve keys once. No PIN, please.\n');
  const left = new Set<Key>(keys);
  let isThere = true;
  await until(clock, (moved, end) =>
    keypad.listen({
      changed: ({ key, action }) => {
        if (action !== 'pressed') return;
        left.delete(key);
        parts.lights.show('white');
        parts.buzzer.beep(60, 'normal');
        say(` ${key}${left.size === 0 ? '\n' : ''}`);
        moved();
        if (left.size === 0) end();
      },
      attached: (isAttached) => {
        isThere = isAttached;
      },
    }),
  );
  parts.lights.show('off');
  if (left.size === 0) return [good('Every key arrives.')];
  say('\n');
  if (!isThere) return [wrong('The keypad is not there: see the check "keypad".')];
  return [wrong(`These keys did not arrive: ${[...left].join(' ')}. Look at the wires of their rows and columns.`)];
};

const shownCard = async ({ clock, parts, say }: Hands): Promise<readonly Finding[]> => {
  const { cardReader } = parts;
  if (cardReader === undefined) return [];
  say('Show a card.\n');
  let read: string | undefined;
  await until(clock, (_, end) =>
    cardReader.listen({
      read: (card) => {
        read = `${card.length} ${card.form === 'bits' ? 'bits' : 'characters'}`;
        end();
      },
      attached: () => undefined,
    }),
  );
  return [
    read === undefined
      ? wrong('No card was read: look at the wires of the card reader, and try another card.')
      : good(`A card was read, of ${read}.`),
  ];
};

const movedContacts = async ({ config, clock, parts, say }: Hands): Promise<readonly Finding[]> => {
  const { inputs } = parts;
  const { rex, doorContact, tamper } = config.settings.devices;
  const wired = (Object.entries({ rex, doorContact, tamper }) as [InputName, string][]).flatMap(([name, wiring]) => (wiring === none ? [] : [name]));
  if (inputs === undefined || wired.length === 0) return [];
  say(`Open and close each contact: ${wired.join(', ')}.\n`);
  const left = new Map(wired.map((name) => [name, new Set([true, false])]));
  await until(clock, (moved, end) =>
    inputs.listen({
      changed: ({ input, isActive }) => {
        left.get(input)?.delete(isActive);
        say(` ${input} ${isActive ? 'active' : 'at rest'}\n`);
        moved();
        if ([...left.values()].every(({ size }) => size === 0)) end();
      },
      attached: () => undefined,
    }),
  );
  const still = wired.filter((name) => left.get(name)?.size !== 0);
  return still.length === 0
    ? [good('Every contact moves.')]
    : [wrong(`These contacts did not move both ways: ${still.join(', ')}. Look at their wires, and at their codes in [devices].`)];
};

const pulse = async ({ clock, strike: made, say, ask }: Hands): Promise<readonly Finding[]> => {
  if (made === undefined) return [note('The strike hangs at the controller: try it from there.')];
  const answer = await ask(`The door will open for ${pulseMs / 1_000} s. Type yes to go on: `);
  if (answer?.trim() !== 'yes') return [note('The strike was not tried: nobody said yes.')];
  const strike = made();
  try {
    await strike.release(pulseMs);
    const wasOn = strike.isOn();
    await passed(clock, pulseMs + pulseSlackMs);
    if (strike.isOn()) return [wrong('The strike stays released: take its wires off, and look at its trigger (hardware/systemd/own-led.sh).')];
    if (!wasOn) return [wrong('The output did not switch: look at devices.strike and at its overlay.')];
    say('\n');
    return confirmed(
      await ask('Did the strike open and close? [y/n] '),
      'The strike opens, and closes by itself.',
      'The output switches and the strike does not: look at its wires and its supply.',
    );
  } catch (thrown) {
    return [wrong(`${asFault(thrown, 'strike.failed', 'The strike does not answer').message}: see the check "strike" above.`)];
  } finally {
    await strike.secure().catch(() => undefined);
  }
};

const passed = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(() => resolve(), ms));

/** Resolves at the end, or when nothing has moved for `silenceMs`. */
const until = (clock: Clock, listen: (moved: () => void, end: () => void) => Subscription): Promise<void> =>
  new Promise((resolve) => {
    let timer: unknown;
    const end = (): void => {
      clock.clearTimeout(timer);
      subscription.stop();
      resolve();
    };
    const moved = (): void => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(end, silenceMs);
    };
    moved();
    const subscription = listen(moved, end);
  });
