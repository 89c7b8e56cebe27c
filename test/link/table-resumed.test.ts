/** A table that goes on where it was cut off, on a disk that was put back meanwhile (SECURITY C10). */
import { describe, expect, it } from 'vitest';
import { type SimPerson, tableOf } from '../../sim/people.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from '../osdp/bytes.ts';
import { second } from '../scenarios/tools.ts';
import { LinkBench } from './link-bench.ts';

const crowd = (count: number): SimPerson[] =>
  Array.from({ length: count }, (_, at) => ({ name: `p${at}`, pin: String(10_000 + at), cards: [`c${at}`] }));
const processed = { kind: 'fileEnded', outcome: { kind: 'ended', status: 'processed' } };

describe('a table that goes on where it was cut off', () => {
  it('C10: is refused when something newer was in force since, though its header came before that', async () => {
    const bench = await LinkBench.open({ people: crowd(3), baudRate: 57_600 });
    await bench.connect(2 * second);
    const { publisher, tableMedium } = bench.door;
    const [older, newer] = [tableOf(publisher, 2, crowd(1_000)), tableOf(publisher, 3, crowd(2))];
    bench.sendFile(older);
    await bench.wait(3 * second);
    bench.acu.abortFile(1);
    await bench.wait(3 * second);
    const before = structuredClone({ ...tableMedium });
    expect(await bench.transfer(newer)).toEqual(processed);
    await bench.wait(1 * second);
    bench.door.cutPower();
    Object.assign(tableMedium, before);
    await bench.door.powerOn();
    await bench.wait(20 * second);
    const { version, stagedBytes } = await bench.status('table');
    expect(version).toBe(1);
    expect(stagedBytes).toBeGreaterThan(0);
    expect(await bench.transfer(older, stagedBytes)).toEqual({ kind: 'fileEnded', outcome: { kind: 'ended', status: 'malformed' } });
    expect(bench.named('table').at(-1)).toEqual({ name: 'table', outcome: 'staleVersion', version: 1 });
    expect(await bench.transfer(newer)).toEqual(processed);
  });

  it('is interrupted, and no fault of its own, where a new session began meanwhile', async () => {
    const bench = await LinkBench.open({ people: crowd(3), baudRate: 57_600 });
    await bench.connect(2 * second);
    const file = tableOf(bench.door.publisher, 2, crowd(1_000));
    bench.sendFile(file);
    await bench.wait(2 * second);
    const newKey = new SecretBytes(bytesOf('91c4 0e5b 7a22 d8f3 4609 ebb1 3c75 a0d6'));
    expect(bench.acu.changeKey(1, newKey, bench.door.clock.nowMs()).ok).toBe(true);
    await bench.wait(3 * second);
    const ended = bench.events.filter(({ kind }) => kind === 'renewed' || kind === 'fileEnded');
    expect(ended).toMatchObject([{ kind: 'renewed' }, { kind: 'fileEnded', outcome: { kind: 'interrupted' } }]);
    const { stagedBytes } = await bench.status('table');
    expect(stagedBytes).toBeGreaterThan(0);
    expect(await bench.transfer(file, stagedBytes)).toEqual(processed);
    expect(bench.named('table').map(({ outcome }) => outcome)).toEqual(['done']);
  });
});
