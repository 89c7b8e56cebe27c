/** The order in which a controller's files go to one reader. */
import { describe, expect, it } from 'vitest';
import { PrivateCommands } from '../../../sim/controller/private-commands.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { readLinkCommand } from '../../../src/link/messages.ts';
import { present } from '../../../src/shared/assert.ts';
import { Fault } from '../../../src/shared/faults.ts';
import { taken } from './rig.ts';

/** A line on which each part takes its time, and what has come whole over it: by its length. */
const slowLine = (partMs: number): { clock: VirtualClock; commands: PrivateCommands; whole: number[] } => {
  const clock = new VirtualClock();
  const whole: number[] = [];
  let sent = 0;
  const commands: PrivateCommands = new PrivateCommands(clock, (command) => {
    sent += 1;
    const number = sent;
    const part = taken(readLinkCommand(present(command.name === 'mfg' ? command.payload.data : undefined, 'a private command')));
    clock.setTimeout(() => {
      commands.orderEnded(number, { kind: 'answered', reply: { name: 'ack', payload: undefined } });
      if (part.name !== 'filePart' || part.offset + part.data.length < part.totalBytes) return;
      whole.push(part.totalBytes);
      commands.done(part.tag, 'done');
    }, partMs);
    return { ok: true, value: number };
  });
  return { clock, commands, whole };
};

describe('files to one reader', () => {
  const file = (bytes: number) => (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(bytes));

  it('go one at a time, orders before the revocations that wait', async () => {
    const { clock, commands, whole } = slowLine(100);
    void commands.tellFile('revocation', file(900));
    void commands.tellFile('revocation', file(800));
    void commands.tellFile('order', file(300));
    void commands.tellFile('order', file(200));
    await clock.advance(10_000);
    expect(whole).toEqual([900, 300, 200, 800]);
  });

  it('are made when they have their turn, and the next one has its turn whatever becomes of that', async () => {
    const { clock, commands, whole } = slowLine(100);
    const made: string[] = [];
    const first = commands.tellFile('order', file(500));
    const late = commands.tellFile('order', () => {
      made.push(`at ${clock.nowMs() > startMs ? 'its turn' : 'once'}`);
      return Promise.resolve('late' as const);
    });
    const failing = commands.tellFile('order', () => Promise.reject(new Fault('disk.failed', 'The disk does not answer.')));
    const startMs = clock.nowMs();
    const last = commands.tellFile('revocation', file(100));
    const outcomes = Promise.allSettled([first, late, failing, last]);
    await clock.advance(10_000);
    expect((await outcomes).map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.code))).toEqual([
      'done',
      'late',
      'disk.failed',
      'done',
    ]);
    expect([made, whole]).toEqual([['at its turn'], [500, 100]]);
  });
});
