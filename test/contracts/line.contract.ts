/** What every Line keeps. The bench has the other end of the wire, and pulls the plug. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';
import { type Line, maxReceivedBytes, maxSendBytes } from '../../src/ports/line.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { someTurns } from './heard.ts';
import { LineEar } from './line-ear.ts';

export interface LineBench {
  readonly line: Line;
  /** The other end, plugged in and out with this one. */
  readonly far: Line;
  readonly clock: Clock;
  /** Lets what has been sent arrive, and what waits for time go on. */
  pass(): Promise<void>;
  /** Lets rates that were set be taken up. */
  changeRates(): Promise<void>;
  detach(): Promise<void>;
  /** The wire is there again, and both ends have had the time to find it. */
  attach(): Promise<void>;
  close(): Promise<void>;
}

const allBytes = Uint8Array.from({ length: 256 }, (_, value) => value);

export function describeLine(name: string, make: () => Promise<LineBench>): void {
  describe(`${name} keeps the Line contract`, () => {
    let bench: LineBench | undefined;
    const subscriptions: Subscription[] = [];
    const listen = (line: Line): LineEar => {
      const ear = new LineEar();
      subscriptions.push(line.listen(ear));
      return ear;
    };
    const open = async () => {
      bench = await make();
      const { line, far, pass } = bench;
      const [near, there] = [listen(line), listen(far)];
      await near.told('attached', pass);
      await there.told('attached', pass);
      return { ...bench, bench, near, there };
    };
    afterEach(async () => {
      for (const subscription of subscriptions.splice(0)) subscription.stop();
      await bench?.close();
      bench = undefined;
    });

    it('says soon after listening begins, not during the call, that the wire is there', async () => {
      bench = await make();
      const ear = listen(bench.line);
      expect(ear.reports).toEqual([]);
      await ear.told('attached', bench.pass);
      expect(ear.reports).toEqual(['attached']);
    });

    it('brings every byte there is, both ways, in order and unchanged', async () => {
      const { line, far, near, there, pass } = await open();
      line.send(allBytes);
      line.send(Uint8Array.of(1, 2, 3));
      expect(await there.bytes(259, pass)).toEqual([...allBytes, 1, 2, 3]);
      far.send(allBytes);
      far.send(Uint8Array.of(4, 5));
      expect(await near.bytes(258, pass)).toEqual([...allBytes, 4, 5]);
    });

    it('takes the longest piece whole, and reports in pieces no longer than stated, of 1 byte at least', async () => {
      const { line, there, pass } = await open();
      const longest = Uint8Array.from({ length: maxSendBytes }, (_, place) => place % 251);
      line.send(longest);
      expect(await there.bytes(maxSendBytes, pass)).toEqual([...longest]);
      expect(there.pieces.every(({ bytes }) => bytes.length >= 1 && bytes.length <= maxReceivedBytes)).toBe(true);
    });

    it('takes no empty piece and none that is too long', async () => {
      const { line } = await open();
      expect(() => line.send(new Uint8Array(0))).toThrow('a piece is 1..');
      expect(() => line.send(new Uint8Array(maxSendBytes + 1))).toThrow('a piece is 1..');
    });

    it('reports times that never go back nor lie in the future', async () => {
      const { line, there, clock, pass } = await open();
      for (let count = 1; count <= 5; count++) {
        line.send(allBytes.subarray(0, 20));
        await there.bytes(count * 20, pass);
      }
      const times = there.pieces.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((left, right) => left - right));
      expect(times.at(-1)).toBeLessThanOrEqual(clock.nowMs());
    });

    it('has its own copy of what is sent, and gives its listener one to keep', async () => {
      const { line, there, pass } = await open();
      const bytes = Uint8Array.of(1, 2, 3);
      line.send(bytes);
      bytes.fill(9);
      await there.bytes(3, pass);
      const first = there.pieces[0]?.bytes;
      line.send(bytes);
      await there.bytes(6, pass);
      expect(first?.[0]).toBe(1);
      expect(await there.bytes(6, pass)).toEqual([1, 2, 3, 9, 9, 9]);
    });

    it('sends at the new rate what is sent after a change of rate, and at the old one what was sent before', async () => {
      const { line, far, near, there, pass, changeRates } = await open();
      line.send(Uint8Array.of(1, 2, 3));
      line.setBaudRate(19_200);
      await there.bytes(3, pass);
      far.setBaudRate(19_200);
      await changeRates();
      line.send(Uint8Array.of(4, 5, 6));
      expect(await there.bytes(6, pass)).toEqual([1, 2, 3, 4, 5, 6]);
      far.send(Uint8Array.of(7));
      expect(await near.bytes(1, pass)).toEqual([7]);
    });

    it('says once that the wire went and once that it came back, and works as before', async () => {
      const { bench: b, line, near, there, pass } = await open();
      await b.detach();
      await near.told('detached', pass);
      await b.attach();
      await near.told('attached', pass);
      expect(near.reports).toEqual(['attached', 'detached', 'attached']);
      line.send(Uint8Array.of(5));
      expect(await there.bytes(1, pass)).toEqual([5]);
    });

    it('drops what is sent while the wire is away, and never sends it later', async () => {
      const { bench: b, line, near, there, pass } = await open();
      await b.detach();
      await near.told('detached', pass);
      line.send(Uint8Array.of(1, 1, 1));
      await b.attach();
      line.send(Uint8Array.of(2));
      await there.bytes(1, pass);
      await pass();
      expect(await there.bytes(1, pass)).toEqual([2]);
    });

    it('says that the wire is not there when listening begins, and that it came', async () => {
      bench = await make();
      await bench.detach();
      const [near, there] = [listen(bench.line), listen(bench.far)];
      expect(near.reports).toEqual([]);
      await near.told('detached', bench.pass);
      await bench.attach();
      await near.told('attached', bench.pass);
      await there.told('attached', bench.pass);
      expect(near.reports).toEqual(['detached', 'attached']);
      bench.far.send(Uint8Array.of(3));
      expect(await near.bytes(1, bench.pass)).toEqual([3]);
    });

    it('reports nothing after it was stopped, however often that is, and may be listened to again', async () => {
      const { line, far, near, pass } = await open();
      for (const subscription of subscriptions.splice(0, 1)) {
        subscription.stop();
        subscription.stop();
      }
      far.send(Uint8Array.of(1));
      await pass();
      await someTurns();
      expect(near.reports).toEqual(['attached']);
      expect(near.pieces).toEqual([]);
      const second = listen(line);
      await second.told('attached', pass);
      far.send(Uint8Array.of(2));
      // What was on its way meanwhile may come first.
      let heard = await second.bytes(1, pass);
      if (heard[0] === 1) heard = (await second.bytes(2, pass)).slice(1);
      expect(heard).toEqual([2]);
    });

    it('may be stopped from within a report, and answered', async () => {
      const { line, far, near, there, pass } = await open();
      near.onReport = () => {
        line.send(Uint8Array.of(8));
        subscriptions[0]?.stop();
      };
      far.send(Uint8Array.of(1));
      await near.bytes(1, pass);
      far.send(Uint8Array.of(2));
      await pass();
      await someTurns();
      expect(await near.bytes(1, pass)).toEqual([1]);
      expect((await there.bytes(0, pass)).length).toBeLessThanOrEqual(1);
    });

    it('refuses a second listener', async () => {
      const { line } = await open();
      expect(() => listen(line)).toThrow('one listener at a time');
    });
  });
}
