/** Which driver stands behind which port, by the settings: the card readers and keypads that are no input device. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { devicesOf } from '../../src/boot/devices.ts';
import { readConfig } from '../../src/config.ts';
import { BellBuzzer } from '../../src/drivers/bell-buzzer.ts';
import { LedBuzzer } from '../../src/drivers/led-class.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import type { CardReader } from '../../src/ports/card-reader.ts';
import type { Keypad } from '../../src/ports/keypad.ts';
import { present } from '../../src/shared/assert.ts';
import { Heard } from '../contracts/heard.ts';

const devicesBy = (devices: string) => {
  const config = readConfig(`[door]\nstrike = "relay"\n[devices]\n${devices}`);
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  const told = new Heard<string>();
  return devicesOf(config.value, new NodeClock(), ({ what, sentence }) => told.add(`${what}: ${sentence}`)).then((ports) => ({ ports, told }));
};

const firstOf = async (reader: CardReader | Keypad): Promise<string | undefined> => {
  const heard = new Heard<string>();
  const attached = (isAttached: boolean): void => heard.add(isAttached ? 'attached' : 'detached');
  const subscription = reader.listen({ read: () => undefined, changed: () => undefined, attached });
  const [first] = await heard.atLeast(1);
  subscription.stop();
  return first;
};

describe('devicesOf', () => {
  it('takes cards and keys from one pair of wires, and says why those cannot be had', async () => {
    const { ports, told } = await devicesBy('cardReader = "wiegand"\nkeypad = "wiegand"\nwiegandChip = "/dev/nowhere"');
    expect(await firstOf(present(ports.keypad, 'a keypad'))).toBe('detached');
    expect(await firstOf(present(ports.cardReader, 'a card reader'))).toBe('detached');
    expect(told.reports[0]).toBe('away: the wires of the card reader cannot be listened to');
  });

  it('takes keys from the wires beside a card reader that types, and cards beside a keypad', async () => {
    for (const devices of ['keypad = "wiegand"\ncardReader = "/dev/nowhere"', 'cardReader = "wiegand"\nkeypad = "/dev/nowhere"']) {
      const { ports } = await devicesBy(`${devices}\nwiegandChip = "/dev/nowhere"`);
      expect(await firstOf(present(ports.keypad, 'a keypad'))).toBe('detached');
      expect(await firstOf(present(ports.cardReader, 'a card reader'))).toBe('detached');
    }
  });

  it('asks a PN532 at its serial port, and says that the port is away', async () => {
    const { ports, told } = await devicesBy('cardReader = "pn532"\npn532 = "/dev/nowhere"');
    expect(await firstOf(present(ports.cardReader, 'a card reader'))).toBe('detached');
    expect(told.reports).toEqual(['away: the serial port is not there']);
  });

  it('sounds a bell below /dev, an LED anywhere else, and nothing where the settings say so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorpad-devices-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { ports } = await devicesBy('buzzer = "/dev/nowhere/event0"');
    expect(ports.buzzer).toBeInstanceOf(BellBuzzer);
    expect((await devicesBy(`buzzer = "${folder}"`)).ports.buzzer).toBeInstanceOf(LedBuzzer);
    expect(() => ports.buzzer?.beep(10, 'normal')).not.toThrow();
  });

  it('has no card reader where the settings say so', async () => {
    const { ports } = await devicesBy('cardReader = "none"\n[reader]\nmode = "pinOnly"');
    expect(ports.cardReader).toBeUndefined();
  });
});
