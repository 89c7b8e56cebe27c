/**
 * The ACU and a PD that has the key and sends data of its session in clear, as libosdp does with its status (OSDP.md §13, SECURITY B12): the
 * MAC is right, the data count for nothing, and the session goes on. Also what ends when an answer comes too late or not at all.
 */
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/osdp/commands.ts';
import { coveredBytes, decodeFrame, encodeFrame, type Frame, type FrameParts, scs } from '../../src/osdp/frame.ts';
import { replies } from '../../src/osdp/replies.ts';
import { SessionCipher } from '../../src/osdp/session-cipher.ts';
import { present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { AcuRig, type Peer } from './acu-rig.ts';
import { bytesOf, joined } from './bytes.ts';
import { crypto, scbk } from './secure-pair.ts';

const none = new Uint8Array(0);
const rndB = bytesOf('19bcc2ec4d389780');
const newKey = new SecretBytes(bytesOf('91d4 0b6e f35a 27c8 4411 e96d 80bc 3a75'));

/** A PD whose session is made by hand: what it answers in clear has a right MAC. */
class ClearSpeaker implements Peer {
  /** By command: the code and the data that are said in clear. Others are acknowledged. */
  readonly said = new Map<number, readonly [number, Uint8Array]>();
  readonly heard: number[] = [];
  #cipher: SessionCipher | undefined;
  #mac: Uint8Array = none;

  answer(bytes: Uint8Array): Uint8Array | undefined {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) return undefined;
    const frame = decoded.value;
    this.heard.push(frame.code);
    return frame.mac === undefined ? this.#started(frame) : this.#sealed(frame);
  }

  #started(frame: Frame): Uint8Array {
    const say = (code: number, data: Uint8Array, type?: number): Uint8Array =>
      encodeFrame({ ...header(frame), security: type === undefined ? undefined : { type, data: Uint8Array.of(1) }, code, data });
    if (frame.code === commands.chlng.code) {
      this.#cipher = new SessionCipher(crypto, scbk, frame.data, rndB);
      return say(replies.ccrypt.code, joined(bytesOf('0c1b280011223344'), rndB, this.#cipher.clientCryptogram), scs.clientCryptogram);
    }
    if (frame.code === commands.scrypt.code) {
      this.#mac = present(this.#cipher, 'a challenge came first').initialMac;
      return say(replies.rmacI.code, this.#mac, scs.initialMac);
    }
    return frame.code === commands.id.code ? say(replies.pdid.code, bytesOf('0c1b2a280b11223344010203')) : say(replies.pdcap.code, bytesOf('080100'));
  }

  #sealed(frame: Frame): Uint8Array {
    const cipher = present(this.#cipher, 'a session is open');
    const commandMac = cipher.mac(this.#mac, frame.bytes, coveredBytes(frame));
    const [code, data] = this.said.get(frame.code) ?? [replies.ack.code, none];
    const parts: FrameParts = { ...header(frame), security: { type: scs.reply, data: none }, code, data };
    return encodeFrame(parts, (bytes, covered) => {
      this.#mac = cipher.mac(commandMac, bytes, covered);
      return this.#mac;
    });
  }
}

const header = ({ address, sequence, check }: Frame) => ({ address, isReply: true, sequence, check }) as const;

const online = () => {
  const pd = new ClearSpeaker();
  const rig = new AcuRig().add({ address: 1, pairing: { kind: 'paired', scbk } }, pd).run(300);
  expect(rig.line.isOnline(1)).toBe(true);
  return { pd, rig };
};

describe('B12: data of a session in clear, with a right MAC', () => {
  it('are no answer to an order, and the session goes on', () => {
    const { pd, rig } = online();
    pd.said.set(commands.lstat.code, [replies.lstatr.code, bytesOf('0100')]);
    rig.line.order(1, { name: 'lstat', payload: undefined }, rig.nowMs);
    rig.run(1_000);
    expect(rig.events().slice(1)).toEqual([{ kind: 'orderEnded', order: 1, outcome: { kind: 'unusable', code: replies.lstatr.code } }]);
  });

  it('are no report: no key and no card comes so', () => {
    const { pd, rig } = online();
    pd.said.set(commands.poll.code, [replies.keypad.code, bytesOf('000131')]);
    rig.run(200);
    expect(rig.events('report')).toEqual([]);
    expect(rig.events('unreadable')).toContainEqual({ kind: 'unreadable', code: replies.keypad.code, why: 'unexpected' });
    expect(rig.events('offline')).toEqual([]);
  });

  it('end a file, also one that is being aborted', () => {
    const { pd, rig } = online();
    const done = bytesOf('01 0000 0100 0000');
    pd.said.set(commands.filetransfer.code, [replies.ftstat.code, done]);
    rig.line.sendFile(1, { type: 1, bytes: new Uint8Array(10) }, rig.nowMs);
    rig.run(200);
    expect(rig.events('fileEnded')).toEqual([{ kind: 'fileEnded', outcome: { kind: 'unusable', code: replies.ftstat.code } }]);
    pd.said.set(commands.abort.code, [replies.nak.code, Uint8Array.of(3)]);
    rig.line.sendFile(1, { type: 1, bytes: new Uint8Array(10) }, rig.nowMs);
    rig.line.abortFile(1);
    rig.run(200);
    expect(rig.events('fileEnded').at(-1)).toEqual({ kind: 'fileEnded', outcome: { kind: 'aborted' } });
    expect(rig.events('offline')).toEqual([]);
  });

  it('are no acknowledgement of a key: the old one stands', () => {
    const { pd, rig } = online();
    pd.said.set(commands.keyset.code, [replies.ack.code, Uint8Array.of(0)]);
    rig.line.changeKey(1, newKey, rig.nowMs);
    rig.run(1_000);
    expect(rig.events().slice(1)).toEqual([{ kind: 'keyRefused' }]);
    expect(rig.line.isOnline(1)).toBe(true);
  });
});

describe('an ACU that is asked for what nobody can do', () => {
  it('says so: no file to nobody, nothing to abort, nobody to remove', () => {
    const { rig } = online();
    expect(rig.line.sendFile(2, { type: 1, bytes: new Uint8Array(1) }, rig.nowMs)).toEqual({ ok: false, failure: 'unknownPd' });
    rig.line.abortFile(2);
    rig.line.abortFile(1);
    rig.line.remove(2, rig.nowMs);
    rig.line.remove(1, rig.nowMs);
    expect(rig.line.deadlineMs).toBeUndefined();
    expect(rig.events('fileEnded')).toEqual([]);
  });

  it('installs a key at once, also while it waits for the answer to something else', () => {
    const { rig } = online();
    rig.line.remove(1, rig.nowMs);
    rig.add({ address: 1, pairing: { kind: 'unpaired' } });
    rig.line.expire(rig.nowMs);
    expect(rig.line.install(1, newKey, rig.nowMs).ok).toBe(true);
    const before = rig.sent.length;
    rig.run(2_000);
    expect(rig.sent.length).toBeGreaterThan(before);
    expect(rig.line.isOnline(1)).toBe(false);
  });
});
