/**
 * What this process tells the manager that started it (systemd; sd_notify(3), sd_watchdog_enabled(3)): that it is ready, that it is alive,
 * that it stops. "Alive" is said only after a question was answered in time, never because time has passed. Which question that is, and when a
 * door is ready, is boot/service.ts's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../ports/clock.ts';
import { asFault, Fault } from '../shared/faults.ts';

/** Notices that may wait to be taken; one more is refused. A door makes one each few seconds. */
export const maxWaitingNotices = 8;
/** Characters of a status line; the rest is cut off. */
export const maxStatusCharacters = 200;

export interface NoticeSender {
  /** Resolves once the manager has taken the notice (`NAME=value`, one line). Rejects with a Fault when nobody takes it. */
  send(notice: string): Promise<void>;
  /** What was asked before is still sent. */
  stop(): void;
}

/** sd_notify(3) waits until the manager has taken each notice, so that it still knows whose it was. */
const sendLoop = `while IFS= read -r notice; do systemd-notify "$notice" || exit; echo; done`;

/**
 * Sends by `systemd-notify`, from one small shell that stays: Node has no datagrams of this kind, and a fork of this process for each notice
 * would hold up a key. The unit needs NotifyAccess=all. A shell that ends is started again with the next notice.
 */
export class NotifySender implements NoticeSender {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #waiting: { resolve(): void; reject(fault: Fault): void }[] = [];
  #shell: ChildProcess | undefined;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = { NOTIFY_SOCKET: environment.NOTIFY_SOCKET, PATH: '/usr/bin:/bin' };
  }

  send(notice: string): Promise<void> {
    if (this.#waiting.length >= maxWaitingNotices) {
      return Promise.reject(new Fault('queue.full', `${maxWaitingNotices} notices wait for the service manager`));
    }
    const shell = this.#shell ?? this.#start();
    this.#shell = shell;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      shell.stdin?.write(`${notice.replaceAll('\n', ' ')}\n`);
    });
  }

  stop(): void {
    this.#shell?.stdin?.end();
  }

  #start(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', sendLoop], { stdio: ['pipe', 'pipe', 'ignore'], env: this.#environment });
    shell.stdout?.on('data', (taken: Uint8Array) => {
      for (const { resolve } of this.#waiting.splice(0, taken.length)) resolve();
    });
    // A shell that is gone is told by its end.
    shell.stdin?.on('error', () => undefined);
    shell.on('error', () => this.#ended(shell));
    shell.on('close', () => this.#ended(shell));
    // A door ends without waiting for it.
    shell.unref();
    return shell;
  }

  #ended(shell: ChildProcess): void {
    if (this.#shell === shell) this.#shell = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new Fault('hardware.failed', 'the service manager takes no notice'));
  }
}

export interface ServiceManagerOptions {
  readonly clock: Clock;
  readonly sender: NoticeSender;
  /** Without a notice for so long the manager kills the process; undefined: it does not watch. */
  readonly watchdogMs?: number | undefined;
  /** Hears, in a sentence each, what did not work. */
  readonly told: (sentence: string) => void;
}

export class ServiceManager {
  readonly #clock: Clock;
  readonly #sender: NoticeSender;
  readonly #told: (sentence: string) => void;
  /** Half of what the manager waits (sd_watchdog_enabled(3)): one notice may be late. Also how long an answer counts. */
  readonly #beatMs: number | undefined;
  #isAsking = false;
  #isStopped = false;
  #timer: unknown;

  constructor({ clock, sender, watchdogMs, told }: ServiceManagerOptions) {
    this.#clock = clock;
    this.#sender = sender;
    this.#told = told;
    this.#beatMs = watchdogMs === undefined ? undefined : watchdogMs / 2;
  }

  /** The door serves people; `status` is for those who ask how it is. */
  ready(status: string): void {
    this.#send('READY=1');
    this.status(status);
  }

  status(status: string): void {
    this.#send(`STATUS=${status.slice(0, maxStatusCharacters)}`);
  }

  /**
   * From now on asks `answers` twice in the time that the manager waits, and says that this process is alive each time it has settled, whether it
   * resolved or rejected, before the next question is due. One question at a time: while one is unanswered nothing is said.
   */
  watch(answers: () => Promise<unknown>): void {
    if (this.#beatMs === undefined) return;
    const beatMs = this.#beatMs;
    const beat = (): void => {
      this.#timer = this.#clock.setTimeout(beat, beatMs);
      if (this.#isAsking) this.#told('the disk thread has not answered in time: the service manager is not told that the door is alive');
      else void this.#ask(answers, beatMs);
    };
    beat();
  }

  /** The last notice. */
  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
    this.#sender.send('STOPPING=1').catch(() => undefined);
    this.#sender.stop();
  }

  async #ask(answers: () => Promise<unknown>, withinMs: number): Promise<void> {
    const askedMs = this.#clock.nowMs();
    this.#isAsking = true;
    await answers().catch(() => undefined);
    this.#isAsking = false;
    if (this.#clock.nowMs() - askedMs < withinMs) this.#send('WATCHDOG=1');
  }

  #send(notice: string): void {
    if (this.#isStopped) return;
    this.#sender
      .send(notice)
      .catch((thrown: unknown) => this.#told(asFault(thrown, 'hardware.failed', 'the service manager takes no notice').message));
  }
}

/** As the manager's environment says it (sd_notify(3), sd_watchdog_enabled(3)); undefined: nobody wants notices of this process. */
export const serviceManagerOf = (
  environment: Readonly<Record<string, string | undefined>>,
  options: Pick<ServiceManagerOptions, 'clock' | 'told'>,
  ownPid = process.pid,
): ServiceManager | undefined => {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return undefined;
  const isWatched = WATCHDOG_PID === undefined || WATCHDOG_PID === String(ownPid);
  const micros = Number(WATCHDOG_USEC);
  const watchdogMs = isWatched && micros > 0 && Number.isSafeInteger(micros) ? micros / 1_000 : undefined;
  return new ServiceManager({ ...options, sender: new NotifySender(environment), watchdogMs });
};
