/** A store's thread and its caller: answers in order, faults as faults, and nobody left waiting when the thread is gone. */
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/shared/faults.ts';
import type { RecordServiceData } from '../../src/store/record-service.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { type Service, serve, startEarly, startHere, startWorker, Thread } from '../../src/store/thread.ts';
import { scratchEach } from './scratch.ts';

class Desk implements Service {
  readonly #log: string[];

  constructor(log: string[] = []) {
    this.#log = log;
  }

  twice(value: number): number {
    return 2 * value;
  }

  refuse(): void {
    throw new Fault('disk.full', 'no space');
  }

  err(): void {
    throw new TypeError('our own error');
  }

  maintain(): void {
    this.#log.push('maintain');
  }

  close(): void {
    this.#log.push('close');
  }
}

const start = (log?: string[]): Thread<Desk> => new Thread(startHere(() => new Desk(log))(undefined), 'the desk');

describe('a thread', () => {
  it('answers in the order asked', async () => {
    const desk = start();
    expect(await Promise.all([desk.call('twice', 1), desk.call('twice', 2), desk.call('twice', 3)])).toEqual([2, 4, 6]);
    await desk.close();
  });

  it('carries a Fault over as a Fault, any other error as an assertion, and goes on', async () => {
    const desk = start();
    await expect(desk.call('refuse')).rejects.toEqual(new Fault('disk.full', 'no space'));
    await expect(desk.call('err')).rejects.toMatchObject({ name: 'AssertionError', message: 'TypeError: our own error' });
    expect(await desk.call('twice', 4)).toBe(8);
    await desk.close();
  });

  it('maintains after each answer, and closes once', async () => {
    const log: string[] = [];
    const desk = start(log);
    await desk.call('twice', 1);
    await Promise.all([desk.close(), desk.close()]);
    await desk.close();
    expect(log).toEqual(['maintain', 'close']);
  });

  it('answers every call with what opening threw, and can still be closed', async () => {
    const desk = new Thread<Desk>(
      startHere((): Service => {
        throw new Fault('disk.failed', 'read-only');
      })(undefined),
      'the desk',
    );
    await expect(desk.call('twice', 1)).rejects.toMatchObject({ code: 'disk.failed' });
    await expect(desk.call('twice', 2)).rejects.toMatchObject({ code: 'disk.failed' });
    await desk.close();
  });

  it('that ends before it answers rejects what waits and what comes with disk.failed', async () => {
    const { port1, port2 } = new MessageChannel();
    const desk = new Thread<Desk>(port1, 'the desk');
    const waiting = desk.call('twice', 1);
    port2.close();
    await expect(waiting).rejects.toEqual(new Fault('disk.failed', 'the thread of the desk has ended'));
    await expect(desk.call('twice', 1)).rejects.toMatchObject({ code: 'disk.failed' });
    await desk.close();
  });

  it('that dies of an error counts as ended', async () => {
    const desk = new Thread<Desk>(startWorker('no-such-worker')(undefined), 'the desk');
    await expect(desk.call('twice', 1)).rejects.toMatchObject({ code: 'disk.failed' });
    await desk.close();
  });

  it('ignores a call its service does not know', async () => {
    const { port1, port2 } = new MessageChannel();
    serve(port2, () => new Desk());
    const desk = new Thread<Desk & { readonly nothing: () => void }>(port1, 'the desk');
    expect(await desk.call('nothing')).toBeUndefined();
    await desk.close();
  });
});

describe('a thread that is started early', () => {
  let directory: string;
  scratchEach((made) => {
    directory = made;
  });

  it('opens what is named later, and whoever opens once more gets another', async () => {
    const start = startEarly<RecordServiceData>('record-worker');
    for (const isNew of [true, false]) {
      const opened = await openRecordStore({ directory }, start);
      expect(opened.isNew).toBe(isNew);
      await opened.store.close();
    }
  });

  it('is not waited for when it had ended before it was given anything', async () => {
    const [early, later] = [startEarly('no-such-worker'), startWorker('no-such-worker')];
    for (const start of [later, later, early]) {
      const desk = new Thread<Desk>(start(undefined), 'the desk');
      await expect(desk.call('twice', 1)).rejects.toMatchObject({ code: 'disk.failed' });
    }
  });
});
