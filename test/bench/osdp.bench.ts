/** What the line's codec costs by itself: a POLL in, an ACK out, as the PD does it; in clear and in a session. */
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { decodeCommand } from '../../src/osdp/commands.ts';
import { encodeFrame, type Frame } from '../../src/osdp/frame.ts';
import { Framer } from '../../src/osdp/framer.ts';
import { encodeReply, replies } from '../../src/osdp/replies.ts';
import { AcuSecureChannel, PdSecureChannel } from '../../src/osdp/secure-channel.ts';
import { assert } from '../../src/shared/assert.ts';
import type { Result } from '../../src/shared/result.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import type { Bench } from './bench.ts';

const none = new Uint8Array(0);
const address = 1;
const poll = 0x60;

const taken = <Value>(result: Result<Value, unknown>): Value => {
  assert(result.ok, 'both ends understand each other');
  return result.value;
};

/** A PD that answers every command with an ACK: `answer` is called with each frame the framer finds. */
const pdWith = (answer: (frame: Frame) => Uint8Array): ((bytes: Uint8Array) => Uint8Array) => {
  let reply: Uint8Array = none;
  const framer = new Framer({
    frame: (frame) => {
      reply = answer(frame);
    },
    dropped: () => assert(false, 'every byte belongs to a frame'),
  });
  return (bytes) => {
    framer.receive(bytes, 0);
    return reply;
  };
};

const ack = (frame: Frame, data: Uint8Array): Uint8Array => {
  assert(taken(decodeCommand(frame.code, data)).name === 'poll', 'only POLL is sent');
  return encodeReply('ack', undefined);
};

/** Microseconds for one of `count`, in the best of many batches: other work on the machine only ever adds. */
const microseconds = (batches: number, batch: () => { readonly ns: bigint; readonly count: number }): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < batches; round += 1) {
    const { ns, count } = batch();
    best = Math.min(best, Number(ns) / count / 1000);
  }
  return best;
};

const inClear = (isQuick: boolean): number => {
  const pd = pdWith(({ sequence, check, code, data, ...rest }) => {
    const parts = { address, isReply: true, sequence, check, security: undefined, code: replies.ack.code };
    return encodeFrame({ ...parts, data: ack({ sequence, check, code, data, ...rest }, data) });
  });
  const command = encodeFrame({ address, isReply: false, sequence: 1, check: 'crc16', security: undefined, code: poll, data: none });
  return microseconds(isQuick ? 20 : 100, () => {
    const count = 20_000;
    const start = process.hrtime.bigint();
    for (let index = 0; index < count; index += 1) pd(command);
    return { ns: process.hrtime.bigint() - start, count };
  });
};

/** A PD whose random bytes are known, so that one recorded conversation can be had with it again and again. */
const predictable = new (class extends NodeCrypto {
  override randomBytes(length: number): Uint8Array {
    return new Uint8Array(length).fill(7);
  }
})();

const securePd = (key: SecretBytes, acu: AcuSecureChannel): ((bytes: Uint8Array) => Uint8Array) => {
  const channel = new PdSecureChannel(predictable);
  const { rndB, clientCryptogram } = channel.challenge(key, acu.challenge(key).rndA);
  taken(acu.establish(taken(channel.confirm(taken(acu.answer(rndB, clientCryptogram)).serverCryptogram)).initialMac));
  return pdWith((frame) => {
    const header = { address, sequence: frame.sequence, check: frame.check };
    return channel.seal(header, replies.ack.code, ack(frame, taken(channel.open(frame))));
  });
};

/** The POLLs of one session, recorded once; each round a new PD with the same keys answers them all. */
const inSession = (isQuick: boolean): number => {
  const count = 5_000;
  const key = new SecretBytes(predictable.sha256(none).subarray(0, 16));
  const acu = new AcuSecureChannel(predictable);
  const recording = securePd(key, acu);
  const hearing = pdWith((frame) => taken(acu.open(frame)));
  const commands = Array.from({ length: count }, (_, index) => {
    const command = acu.seal({ address, sequence: (index % 3) + 1, check: 'crc16' }, poll, none);
    hearing(recording(command));
    return command;
  });
  return microseconds(isQuick ? 20 : 100, () => {
    const pd = securePd(key, new AcuSecureChannel(predictable));
    const start = process.hrtime.bigint();
    for (const command of commands) pd(command);
    return { ns: process.hrtime.bigint() - start, count };
  });
};

export const benches: readonly Bench[] = [
  {
    name: 'POLL → ACK, codec alone, in clear',
    unit: 'µs',
    bar: undefined,
    better: 'lower',
    run: (isQuick) => Promise.resolve(inClear(isQuick)),
  },
  {
    name: 'POLL → ACK, codec alone, in a session: decode, verify, reply',
    unit: 'µs',
    bar: 2.5,
    better: 'lower',
    run: (isQuick) => Promise.resolve(inSession(isQuick)),
  },
];
