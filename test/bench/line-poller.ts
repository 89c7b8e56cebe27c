/** The asking end of a bench on a real terminal: one question at a time, with a stopwatch on the answer. What is asked of whom is the benches'. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, type Frame, scs } from '../../src/osdp/frame.ts';
import { Framer } from '../../src/osdp/framer.ts';
import { decodeReply, replies } from '../../src/osdp/replies.ts';
import { AcuSecureChannel, scbkKinds } from '../../src/osdp/secure-channel.ts';
import { present } from '../../src/shared/assert.ts';
import { crypto, scbk, taken } from '../osdp/secure-pair.ts';

const address = 1;
const none = new Uint8Array(0);
const deadlineMs = 10_000;
/** Nothing to say, or a contact that has changed. */
const usual: readonly number[] = [replies.ack.code, replies.lstatr.code, replies.istatr.code];
const clock = new NodeClock();

/** Asks, one question at a time, and has a stopwatch on the answer. */
export class Asker {
  readonly #link: SerialLink;
  #framer: Framer | undefined;
  #answered: ((frame: Frame | undefined) => void) | undefined;
  #answeredAtMs = 0;

  constructor(path: string, isFramed: boolean) {
    this.#link = new SerialLink({ path, baudRate: 230_400, clock });
    if (isFramed) this.#framer = new Framer({ frame: (frame) => this.#answer(frame), dropped: () => undefined });
  }

  async attach(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const subscription = this.#link.listen({
      received: (bytes, atMs) => {
        if (this.#framer === undefined) this.#answer(undefined);
        else this.#framer.receive(bytes, atMs);
      },
      attached: () => resolve(undefined),
    });
    await promise;
    return () => subscription.stop();
  }

  /** The answer, and the milliseconds from the question to its last byte. */
  async ask(question: Uint8Array): Promise<{ readonly frame: Frame | undefined; readonly tookMs: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame | undefined>();
    this.#answered = resolve;
    const late = clock.setTimeout(() => reject(new Error('the line did not answer')), deadlineMs);
    const askedMs = performance.now();
    this.#link.send(question);
    const frame = await promise;
    clock.clearTimeout(late);
    return { frame, tookMs: this.#answeredAtMs - askedMs };
  }

  #answer(frame: Frame | undefined): void {
    this.#answeredAtMs = performance.now();
    this.#answered?.(frame);
  }
}

/** Says POLL in clear, or in a session it has opened, with sequence numbers that are right. */
export class Poller {
  readonly #asker: Asker;
  readonly #channel = new AcuSecureChannel(crypto);
  #sequence = -1;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  async openSession(): Promise<void> {
    const { rndA } = this.#channel.challenge(scbk);
    const kind = Uint8Array.of(scbkKinds.own);
    const ccrypt = await this.#plain(commands.chlng.code, rndA, { type: scs.challenge, data: kind });
    const reply = taken(decodeReply(ccrypt.code, ccrypt.data));
    if (reply.name !== 'ccrypt') throw new Error(`${reply.name} to a challenge`);
    const { serverCryptogram } = taken(this.#channel.answer(reply.payload.rndB, reply.payload.clientCryptogram));
    taken(this.#channel.establish((await this.#plain(commands.scrypt.code, serverCryptogram, { type: scs.serverCryptogram, data: kind })).data));
  }

  /** Milliseconds. */
  async poll(isSecure: boolean): Promise<number> {
    const code = commands.poll.code;
    const question = isSecure ? this.#channel.seal({ address, sequence: this.#next(), check: 'crc16' }, code, none) : this.#frame(code, none);
    const { frame, tookMs } = await this.#asker.ask(question);
    const answer = present(frame, 'a frame');
    if (isSecure) taken(this.#channel.open(answer));
    if (!usual.includes(answer.code)) throw new Error(`code ${answer.code} to a POLL`);
    return tookMs;
  }

  async #plain(code: number, data: Uint8Array, security: Frame['security']): Promise<Frame> {
    return present((await this.#asker.ask(this.#frame(code, data, security))).frame, 'a frame');
  }

  #frame(code: number, data: Uint8Array, security?: Frame['security']): Uint8Array {
    return encodeFrame({ address, isReply: false, sequence: this.#next(), check: 'crc16', security, code, data });
  }

  /** 0, then 1, 2, 3, 1, … */
  #next(): number {
    this.#sequence = this.#sequence <= 0 ? this.#sequence + 1 : (this.#sequence % 3) + 1;
    return this.#sequence;
  }
}

/** Of at least one value; `share` 0..1. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((left, right) => left - right);
  return present(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))], 'at least one value');
};

/** Sends everything back, and nothing more: what the machine itself takes. */
export const startCat = async (path: string): Promise<ChildProcess> => {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const cat = spawn('cat', { stdio: [fd, fd, 'inherit'] });
  closeSync(fd);
  await once(cat, 'spawn');
  return cat;
};
