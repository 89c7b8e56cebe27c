/** Questions on a real terminal, one at a time, with a stopwatch on the answer. What is asked, and how often, is line-asking-child.ts's. */
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

/** What carries bytes to the other end; what comes back is told to `received`. */
export interface Wire {
  readonly send: (bytes: Uint8Array) => void;
}

/** Asks, one question at a time, and has a stopwatch on the answer. */
export class Asker {
  readonly #wire: Wire;
  readonly #framer = new Framer({ frame: (frame) => this.#answer(frame), dropped: () => undefined });
  /** Bytes that are still to come back; undefined: the answer is a frame. */
  #missing: number | undefined;
  #answered: ((frame: Frame | undefined) => void) | undefined;
  #answeredAtMs = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  received(bytes: Uint8Array): void {
    if (this.#missing === undefined) {
      this.#framer.receive(bytes, performance.now());
      return;
    }
    this.#missing -= bytes.length;
    if (this.#missing <= 0) this.#answer(undefined);
  }

  /** The frame that answers, and the milliseconds from the question to its last byte. */
  async ask(question: Uint8Array): Promise<{ readonly frame: Frame; readonly tookMs: number }> {
    this.#missing = undefined;
    const { frame, tookMs } = await this.#send(question);
    return { frame: present(frame, 'a frame'), tookMs };
  }

  /** Milliseconds until as many bytes have come back, whatever they are. */
  async echo(question: Uint8Array): Promise<number> {
    this.#missing = question.length;
    return (await this.#send(question)).tookMs;
  }

  async #send(question: Uint8Array): Promise<{ readonly frame: Frame | undefined; readonly tookMs: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame | undefined>();
    this.#answered = resolve;
    const late = setTimeout(() => reject(new Error('the line did not answer')), deadlineMs);
    const askedMs = performance.now();
    this.#wire.send(question);
    const frame = await promise;
    clearTimeout(late);
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
    if (isSecure) taken(this.#channel.open(frame));
    if (!usual.includes(frame.code)) throw new Error(`code ${frame.code} to a POLL`);
    return tookMs;
  }

  async #plain(code: number, data: Uint8Array, security: Frame['security']): Promise<Frame> {
    return (await this.#asker.ask(this.#frame(code, data, security))).frame;
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
