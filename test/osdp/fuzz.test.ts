/**
 * Nonsense with a right check (SECURITY A7): every code, length and security block, in clear and in a session. Nothing may throw, and a
 * session may not be moved by it. A failure prints its seed.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { decodeCommand, encodeCommand } from '../../src/osdp/commands.ts';
import { encodeFrame, type Frame } from '../../src/osdp/frame.ts';
import { Framer } from '../../src/osdp/framer.ts';
import { Listener } from '../../src/osdp/listener.ts';
import { decodeReply, encodeReply } from '../../src/osdp/replies.ts';
import { SessionChain, SessionCipher } from '../../src/osdp/session-cipher.ts';
import { bytesOf, hexOf, withCheck } from './bytes.ts';
import { frameFrom, payloadFrom } from './fuzz-grammar.ts';
import { crypto, frameOf, SecurePair, scbk } from './secure-pair.ts';

const frames = 200_000;
const secureFrames = 10_000;
const none = new Uint8Array(0);
const randomBytes = (random: Random, length: number): number[] => Array.from({ length }, () => random.int(256));

const understand = (frame: Frame, data: Uint8Array): boolean => {
  const command = decodeCommand(frame.code, data);
  if (command.ok) encodeCommand(command.value.name, command.value.payload as never);
  const reply = decodeReply(frame.code, data);
  if (reply.ok) encodeReply(reply.value.name, reply.value.payload as never);
  return command.ok || reply.ok;
};

describe('nonsense with a right check', () => {
  it(`${frames} frames of it: every one is a frame or a misfit, is understood or refused, and moves no session`, () => {
    const random = new Random(0xa7);
    const cipher = new SessionCipher(crypto, scbk, bytesOf('846cf431ac09e6a1'), bytesOf('19bcc2ec4d389780'));
    const chain = new SessionChain(crypto, cipher);
    const peer = new SessionChain(crypto, cipher);
    const listener = new Listener(crypto, [scbk]);
    const tally = { frames: 0, misfits: 0, understood: 0, dropped: 0, opened: 0 };
    const framer = new Framer({
      frame: (frame) => {
        tally.frames += 1;
        if (frame.mac !== undefined && chain.open(frame).ok) tally.opened += 1;
        listener.hear(frame);
        if (understand(frame, frame.data)) tally.understood += 1;
      },
      dropped: (reason) => {
        if (reason === 'securityBlock') tally.misfits += 1;
        else tally.dropped += 1;
      },
    });
    for (let count = 0; count < frames; count += 1) framer.receive(frameFrom(random), 0);
    const { frames: found, misfits, dropped, opened, understood } = tally;
    expect([found + misfits, dropped, opened], `seed ${random.seed}`).toEqual([frames, 0, 0]);
    expect(Math.min(misfits, understood)).toBeGreaterThan(frames / 100);
    const header = { address: 1, isReply: false, sequence: 1, check: 'crc16' } as const;
    expect(chain.open(frameOf(peer.seal(header, 0x60, none))).ok).toBe(true);
  });

  it(`${secureFrames} of it in a session, with a right MAC: what is understood is what was sent`, () => {
    const random = new Random(0xa8);
    const pair = new SecurePair();
    for (let count = 0; count < secureFrames; count += 1) {
      const data = Uint8Array.from(payloadFrom(random).slice(0, 1400));
      const frame = frameOf(pair.command(random.int(256), data));
      const opened = pair.pd.open(frame);
      if (!opened.ok || hexOf(opened.value) !== hexOf(data)) expect.fail(`seed ${random.seed}, frame ${count}`);
      understand(frame, opened.value);
      pair.acu.open(frameOf(pair.reply(random.int(256), data)));
    }
    expect([pair.pd.state, pair.acu.state]).toEqual(['open', 'open']);
  });

  it('may be any 0 to 40 bytes behind any of the 256 codes', () => {
    const random = new Random(0xa9);
    for (let code = 0; code < 256; code += 1) {
      for (let length = 0; length <= 40; length += 1) {
        for (const data of [new Uint8Array(length), new Uint8Array(length).fill(0xff), Uint8Array.from(randomBytes(random, length))]) {
          understand(frameOf(encodeFrame({ address: 1, isReply: false, sequence: 0, check: 'crc16', security: undefined, code, data })), data);
        }
      }
    }
  });

  it('costs at most one frame: noise of any density of false starts is over with the next silence', () => {
    const random = new Random(0xaa);
    const poll = withCheck(bytesOf('53 01 0000 04 60'));
    for (let round = 0; round < 2_000; round += 1) {
      const found: string[] = [];
      const framer = new Framer({
        frame: ({ bytes }) => {
          found.push(hexOf(bytes));
        },
        dropped: () => undefined,
      });
      const density = 1 + random.int(8);
      const below = random.int(2) === 0 ? 6 : 256;
      framer.receive(
        Uint8Array.from({ length: random.int(2000) }, () => (random.int(density) === 0 ? 0x53 : random.int(below))),
        0,
      );
      // One checksum in 256 is right by chance, and such a frame of noise may reach into the first POLL; never into the second.
      framer.receive(poll, 1);
      framer.expire(21);
      framer.receive(poll, 200);
      expect(found.at(-1), `seed ${random.seed}, round ${round}`).toBe(hexOf(poll));
      expect(framer.deadlineMs).toBeUndefined();
    }
  });
});
