/** Both ends of a secure channel with an agreed session, and a golden exchange between them. */
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { decodeFrame, type Frame } from '../../src/osdp/frame.ts';
import { AcuSecureChannel, PdSecureChannel } from '../../src/osdp/secure-channel.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { present } from '../../src/shared/assert.ts';
import type { Result } from '../../src/shared/result.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from './bytes.ts';

export const crypto = new NodeCrypto();
export const scbk = new SecretBytes(bytesOf('7a21 c90e 5b13 f4d8 068c 3be7 92a5 40df'));
const address = 1;

/** The value, in a test that is about something else. */
export const taken = <Value, Failure>(result: Result<Value, Failure>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.failure)}`);
  return result.value;
};

export const frameOf = (bytes: Uint8Array): Frame => taken(decodeFrame(bytes));

export class SecurePair {
  readonly acu: AcuSecureChannel;
  readonly pd: PdSecureChannel;
  #sequence = 1;

  constructor(key = scbk, using: Crypto = crypto) {
    this.acu = new AcuSecureChannel(using);
    this.pd = new PdSecureChannel(using);
    const { rndA } = this.acu.challenge(key);
    const { rndB, clientCryptogram } = this.pd.challenge(key, rndA);
    const { serverCryptogram } = taken(this.acu.answer(rndB, clientCryptogram));
    taken(this.acu.establish(taken(this.pd.confirm(serverCryptogram)).initialMac));
  }

  /** The next command, not yet heard by the PD. */
  command(code = 0x60, data: Uint8Array = new Uint8Array(0), check: Frame['check'] = 'crc16'): Uint8Array {
    this.#sequence = (this.#sequence % 3) + 1;
    return this.acu.seal({ address, sequence: this.#sequence, check }, code, data);
  }

  reply(code = 0x40, data: Uint8Array = new Uint8Array(0), check: Frame['check'] = 'crc16'): Uint8Array {
    return this.pd.seal({ address, sequence: this.#sequence, check }, code, data);
  }

  /** One whole exchange; what each end understood. */
  exchange(commandData: Uint8Array, replyData: Uint8Array, check: Frame['check'] = 'crc16'): readonly [Uint8Array, Uint8Array] {
    const heard = taken(this.pd.open(frameOf(this.command(0x7c, commandData, check))));
    return [heard, taken(this.acu.open(frameOf(this.reply(0x7a, replyData, check))))];
  }
}

/** Random bytes that are known: the worked example's. */
export const withRandom = (...values: readonly Uint8Array[]): Crypto => {
  const left = [...values];
  return Object.assign(Object.create(crypto) as NodeCrypto, {
    sha256: crypto.sha256.bind(crypto),
    aes128: crypto.aes128.bind(crypto),
    randomBytes: () => present(left.shift(), 'no more random bytes were to be drawn'),
  });
};
