/** What the service manager hears, and that it hears nothing from a process whose health nobody answers for. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { maxStatusCharacters, maxWaitingNotices, NotifySender, ServiceManager, serviceManagerOf } from '../../src/drivers/service-manager.ts';
import { Fault } from '../../src/shared/faults.ts';
import { FakeManager } from './fake-manager.ts';

const watched = (watchdogMs: number | undefined = 10_000, send: (notice: string) => Promise<void> = () => Promise.resolve()) => {
  const clock = new VirtualClock();
  const [notices, told]: [string[], string[]] = [[], []];
  const sender = {
    send: (notice: string) => {
      notices.push(notice);
      return send(notice);
    },
    stop: () => notices.push('(ended)'),
  };
  const manager = new ServiceManager({ clock, sender, watchdogMs, told: (sentence) => told.push(sentence) });
  return { clock, notices, told, manager };
};
const alive = ['WATCHDOG=1'];

describe('notices to the service manager', () => {
  it('say that the door is ready, how it is, and that it stops; nothing comes after that', async () => {
    const { clock, notices, manager } = watched();
    manager.ready('x'.repeat(500));
    manager.watch(() => Promise.resolve());
    await clock.advance(0);
    manager.stop();
    manager.status('late');
    await clock.advance(60_000);
    expect(notices).toEqual(['READY=1', `STATUS=${'x'.repeat(maxStatusCharacters)}`, ...alive, 'STOPPING=1', '(ended)']);
  });

  it('say that it is alive twice in the time that the manager waits, also when the answer is a fault', async () => {
    const { clock, notices, manager } = watched();
    manager.watch(() => Promise.reject(new Fault('disk.full', 'full')));
    await clock.advance(24_999);
    expect(notices).toHaveLength(5);
  });

  it('stop when a question is not answered, and no second one is asked meanwhile', async () => {
    const { clock, notices, told, manager } = watched();
    const answers = [Promise.resolve(), new Promise(() => undefined)];
    let asked = 0;
    manager.watch(() => answers[asked++] ?? Promise.resolve());
    await clock.advance(60_000);
    expect(notices).toEqual(alive);
    expect(asked).toBe(2);
    expect(told[0]).toContain('has not answered in time');
  });

  it('count no answer that came too late, and go on with the next question', async () => {
    const { clock, notices, manager } = watched();
    let isFirst = true;
    manager.watch(async () => {
      const waitMs = isFirst ? 5_000 : 4_999;
      isFirst = false;
      await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), waitMs));
    });
    await clock.advance(9_998);
    expect(notices).toEqual([]);
    await clock.advance(10_000);
    expect(notices).toEqual(alive);
  });

  it('are not sent of life where nobody watches, and a sender that fails is told of', async () => {
    const { clock, notices, told, manager } = watched(undefined, () => Promise.reject(new Fault('hardware.failed', 'nobody there')));
    manager.ready('serves people');
    await clock.advance(0);
    expect(notices).toEqual(['READY=1', 'STATUS=serves people']);
    expect(told).toEqual(['nobody there', 'nobody there']);
  });

  it.each([
    [{}, 'none'],
    [{ NOTIFY_SOCKET: '' }, 'none'],
    [{ NOTIFY_SOCKET: '/run/x' }, 'unwatched'],
    [{ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '10000000', WATCHDOG_PID: '7' }, 'watched'],
    [{ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '10000000', WATCHDOG_PID: '8' }, 'unwatched'],
    [{ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: 'x' }, 'unwatched'],
  ])('are for whom the environment says: %j is %s', (environment, expected) => {
    const clock = new VirtualClock();
    const manager = serviceManagerOf(environment, { clock, told: () => undefined }, 7);
    const asked = vi.fn(() => new Promise(() => undefined));
    manager?.watch(asked);
    expect(manager === undefined ? 'none' : asked.mock.calls.length > 0 ? 'watched' : 'unwatched').toBe(expected);
  });
});

describe('systemd-notify', () => {
  let heard: FakeManager;
  beforeEach(async () => {
    heard = await FakeManager.listen();
  });
  afterEach(() => heard.stop());

  it('brings each notice to the socket, in order, as one line', async () => {
    const sender = new NotifySender({ NOTIFY_SOCKET: heard.socket });
    await Promise.all([sender.send('READY=1'), sender.send('STATUS=two $(words)\nand "quotes"')]);
    await vi.waitFor(() => expect(heard.notices).toEqual(['READY=1', 'STATUS=two $(words) and "quotes"']), { timeout: 10_000 });
    sender.stop();
  });

  it('refuses more notices than may wait', async () => {
    const sender = new NotifySender({ NOTIFY_SOCKET: heard.socket });
    const sent = Array.from({ length: maxWaitingNotices + 1 }, (_, index) => sender.send(`STATUS=${index}`));
    await expect(sent.pop()).rejects.toMatchObject({ code: 'queue.full' });
    await Promise.all(sent);
    sender.stop();
  });

  it('says when nobody takes a notice, and tries anew with the next', async () => {
    const sender = new NotifySender({ NOTIFY_SOCKET: `${heard.socket}.not` });
    await expect(sender.send('READY=1')).rejects.toMatchObject({ code: 'hardware.failed' });
    await expect(sender.send('READY=1')).rejects.toMatchObject({ code: 'hardware.failed' });
    sender.stop();
  });
});
