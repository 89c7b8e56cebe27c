/** The keypad driver on a device of the kernel, on machines that let a test make one. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { EvdevDevice } from '../../src/drivers/evdev-device.ts';
import { EvdevKeypad } from '../../src/drivers/evdev-keypad.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { Heard, someTurns } from '../contracts/heard.ts';

/** Why this machine cannot have a virtual keypad; undefined: it can. */
function reasonAgainst(): string | undefined {
  try {
    accessSync('/dev/uinput', constants.W_OK);
    return undefined;
  } catch (error) {
    return `no virtual keypad on this machine: ${(error as Error).message}`;
  }
}

describe('EvdevKeypad on a device of the kernel', () => {
  it('hears keys, no auto-repeat, stamps on its own clock, and that the keypad went (where there is /dev/uinput)', async () => {
    const reason = reasonAgainst();
    if (reason !== undefined) {
      process.stdout.write(`${reason}\n`);
      return;
    }
    const player = spawn('python3', ['test/drivers/uinput-keypad.py'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const path = await new Promise<string>((resolve, reject) => {
      createInterface(player.stdout).once('line', resolve);
      player.once('exit', (code) => reject(new Error(`the virtual keypad ended with ${code}`)));
    });
    const clock = new NodeClock();
    const heard = new Heard<string>();
    const times: number[] = [];
    const startMs = clock.nowMs();
    const subscription = new EvdevKeypad(new EvdevDevice({ path, clock })).listen({
      changed: ({ key, action, atMs }) => {
        times.push(atMs);
        heard.add(`${key} ${action}`);
      },
      attached: (isAttached) => heard.add(isAttached ? 'attached' : 'detached'),
    });
    await someTurns();
    for (const code of [0x201, 0x20b]) for (const value of [1, 2, 0]) player.stdin.write(`${code} ${value}\n`);
    expect(await heard.atLeast(4)).toEqual(['1 pressed', '1 released', '# pressed', '# released']);
    for (const atMs of times) expect(atMs >= startMs && atMs <= clock.nowMs()).toBe(true);
    player.stdin.end();
    expect((await heard.atLeast(5)).at(-1)).toBe('detached');
    subscription.stop();
  });
});
