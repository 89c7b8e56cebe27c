/** The code of a bundle typed at a keypad, in virtual time; what it does on disk is first-keys.test.ts's. Writes the table of docs/first-boot.md. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SimBuzzer } from '../../sim/devices/buzzer.ts';
import { SimKeypad } from '../../sim/devices/keypad.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { lengthMs } from '../../src/access/feedback.ts';
import {
  FirstBoot,
  firstReminderMs,
  firstSignals,
  firstWaitMs,
  longestWaitMs,
  mostTries,
  pauseMs,
  remindMs,
  shownMs,
  type Tried,
} from '../../src/boot/first-boot.ts';
import type { Key } from '../../src/ports/keypad.ts';
import { Signals } from '../../src/reader/signals.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';

const right = '123456789012';
const wrongCode = '999999999999';

class Hall {
  readonly clock = new VirtualClock();
  readonly keypad = new SimKeypad(this.clock);
  readonly lights = new SimLights(this.clock);
  readonly buzzer = new SimBuzzer(this.clock);
  readonly tried: string[] = [];
  readonly heard: (string | boolean)[] = [];
  keyed = 0;
  outcome: Tried = 'opened';
  readonly opener = new FirstBoot({
    clock: this.clock,
    keypad: this.keypad,
    tryCode: (code: SecretBytes) => {
      const text = new TextDecoder().decode(code.reveal());
      this.tried.push(text);
      return Promise.resolve(text === right ? this.outcome : 'wrong');
    },
    keyed: () => {
      this.keyed += 1;
    },
  });

  constructor() {
    this.opener.keypad.listen({ changed: ({ key }) => this.heard.push(key), attached: (isAttached) => this.heard.push(isAttached) });
  }

  begin(): void {
    this.opener.begin(new Signals(this.clock, this.lights, this.buzzer));
  }

  async type(keys: string): Promise<void> {
    for (const key of keys) this.keypad.tap(key as Key);
    await this.clock.settle();
  }
}

describe('a reader at its first start', () => {
  let hall: Hall;
  beforeEach(() => {
    hall = new Hall();
    hall.begin();
  });

  it('opens its bundle with the right code, shows it, and then asks for the new start', async () => {
    await hall.type(`${right}#`);
    expect(hall.tried).toEqual([right]);
    expect(hall.keyed).toBe(0);
    await hall.clock.advance(100);
    expect(hall.lights.colour).toBe('green');
    await hall.clock.advance(shownMs);
    expect(hall.keyed).toBe(1);
  });

  it('gives no key to the reader, and tells it whether the keypad is there', async () => {
    await hall.type('12#');
    hall.keypad.detach();
    hall.keypad.attach();
    expect(hall.heard).toEqual([false, true]);
  });

  it('takes no key before there is somebody to show it, none while it tries a code, and none after it has stopped', async () => {
    const early = new Hall();
    await early.type(`${right}#`);
    expect(early.tried).toEqual([]);
    await hall.type(`${right}#${right}#`);
    await hall.type(`${right}#`);
    expect(hall.tried).toEqual([right]);
    early.begin();
    early.opener.stop();
    await early.type(`${right}#`);
    expect(early.tried).toEqual([]);
    await early.clock.advance(remindMs * 2);
    expect(early.buzzer.heard.last).toBeUndefined();
  });

  it('asks for no new start when it is stopped while a code is tried', async () => {
    for (const key of `${right}#`) hall.keypad.tap(key as Key);
    hall.opener.stop();
    await hall.clock.advance(shownMs * 2);
    expect(hall.keyed).toBe(0);
  });

  it('forgets what is typed at *, after a pause, and when the keypad goes', async () => {
    await hall.type(`99*${right}`);
    await hall.clock.advance(pauseMs - 1);
    await hall.type('#');
    expect(hall.tried).toEqual([right]);
    const other = new Hall();
    other.begin();
    await other.type('99');
    await other.clock.advance(pauseMs);
    await other.type('88');
    other.keypad.detach();
    other.keypad.attach();
    await other.type(`${right}#`);
    expect(other.tried).toEqual([right]);
  });

  it('does nothing at an empty #, and counts nothing that can be no code as a try', async () => {
    await hall.type('#');
    for (let round = 0; round < mostTries; round += 1) await hall.type('1234567#');
    await hall.type(`${'1'.repeat(40)}#`);
    expect(hall.tried).toEqual([]);
    await hall.type(`${right}#`);
    expect(hall.tried).toEqual([right]);
  });

  it('waits after each wrong code, twice as long each time, up to a limit, and after the last takes no key', async () => {
    const waits: number[] = [];
    for (let tried = 0; tried < mostTries; tried += 1) {
      await hall.type(`${wrongCode}#`);
      expect(hall.tried).toHaveLength(tried + 1);
      const waitMs = Math.min(firstWaitMs * 2 ** tried, longestWaitMs);
      waits.push(waitMs);
      await hall.clock.advance(waitMs - 1);
      await hall.type(`${right}#`);
      expect(hall.tried).toHaveLength(tried + 1);
      await hall.clock.advance(1);
    }
    expect(waits.slice(0, 7)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    await hall.clock.advance(longestWaitMs * 100);
    await hall.type(`${right}#`);
    expect(hall.tried).toHaveLength(mostTries);
    expect(hall.lights.shown.last?.colour).not.toBe('amber');
  });

  it('takes the right code again when the keys could not be written', async () => {
    hall.outcome = 'failed';
    await hall.type(`${right}#`);
    await hall.clock.advance(shownMs * 2);
    expect(hall.keyed).toBe(0);
    hall.outcome = 'opened';
    await hall.type(`${right}#`);
    await hall.clock.advance(shownMs);
    expect(hall.keyed).toBe(1);
  });

  it('shows again and again what it waits for, but not while somebody types', async () => {
    await hall.clock.advance(firstReminderMs);
    expect(hall.lights.colour).toBe('amber');
    const beeps = () => hall.buzzer.heard.last?.atMs;
    await hall.clock.advance(remindMs + 200);
    expect(beeps()).toBe(firstReminderMs + remindMs + 150);
    await hall.type('1');
    const typedMs = hall.clock.nowMs();
    await hall.clock.advance(remindMs * 2);
    expect(beeps()).toBe(typedMs);
  });

  it('has signals for all of it that end before the next reminder', () => {
    for (const { program } of Object.values(firstSignals)) expect(lengthMs(program.lights)).toBeLessThanOrEqual(remindMs);
  });
});

it('is described by docs/first-boot.md', async () => {
  const rows = Object.values(firstSignals).map(({ seen, meaning }) => `| ${seen} | ${meaning} |`);
  await expect(page(rows)).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'docs', 'first-boot.md'));
});

const page = (rows: readonly string[]): string => `# The first start

A reader without keys looks for its bundle beside its settings file, which on the card is the first partition: the one that any laptop opens.
\`doorpad provision\` makes bundles ([provisioning.md](provisioning.md)).

1. Copy \`001-gate.bundle\` beside \`doorpad.toml\`, say the address of the bundle in \`[line]\`, put the card into the board, power on.
2. After the start signal the light blinks amber. Type the code of the bundle, all 12 digits, and \`#\`.
3. Green, one long beep: the keys are on \`/data\`, for the reader alone. It starts anew by itself, and the start signal comes again.

\`*\` clears what is typed. Without a key for ${pauseMs / 1_000} s it is forgotten. Fewer than 8 digits are no code and cost no try.

| what you see and hear | what it means |
|---|---|
${rows.join('\n')}

After a wrong code no key counts for ${firstWaitMs / 1_000} s, then twice as long each time, up to ${longestWaitMs / 1_000} s. After ${mostTries} wrong codes none is taken until the power has
been off. Power off and on begins to count anew: whoever holds the card can try at home, where only the length of the code is in their way.
Until there are keys nobody gets in; contacts and request-to-exit work. Without a bundle nothing waits, and the self-test says that keys are missing.

## When it does not wait for a code

The self-test flashes nine times for a bundle that is not taken (with six for the missing keys); \`doorpad doctor\` and the log say which:

| what is wrong | what to do |
|---|---|
| the bundle is for another address than \`line.address\` | put the right one there, or say its address |
| several bundles that may be this reader's | leave one. With \`[line]\` those for other addresses are passed over |
| a file that is no whole bundle | copy it again |
| the model has no keypad | \`doorpad install-keys\` |
| the reader has keys, and the bundle is another reader's | it is never taken: remove it, or wipe the reader first |

A bundle of another site cannot be told from this one's before there are keys. The controller sees it: the reader never comes into step.

## What becomes of the bundle

The reader writes its keys whole or not at all, whenever the power goes. The bundle is removed only by a later start, that has read the keys from the disk: it is
overwritten and removed. The first partition is read-only to the reader; there it leaves the name in \`/data/doorpad/used-bundle\`, and
\`doorpad-used-bundle.service\` removes the file as root. Flash memory may keep what was overwritten; without its code a bundle is worth nothing.
This page is written by \`test/boot/first-boot.test.ts\`, which fails when it is stale.
`;
