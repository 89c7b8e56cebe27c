/** Nonsense with a right check (SECURITY A7): frames made by the grammar of the line, of any code, length and security block. Whom it is said to is fuzz-ends.ts's. */
import type { Random } from '../../sim/random.ts';
import { commands } from '../../src/osdp/commands.ts';
import { replies } from '../../src/osdp/replies.ts';
import { bytesOf, withCheck } from './bytes.ts';
import { commandSamples, replySamples } from './samples.ts';

const none = new Uint8Array(0);
const samples = [...Object.values(commandSamples), ...Object.values(replySamples)].map(({ hex }) => bytesOf(hex));
const codes = [...Object.values(commands), ...Object.values(replies)].map(({ code }) => code);

const randomBytes = (random: Random, length: number): number[] => Array.from({ length }, () => random.int(256));

/** A payload that was one, with a byte changed, or one more or less; or no payload at all. */
export const payloadFrom = (random: Random): readonly number[] => {
  if (random.int(3) === 0) return randomBytes(random, random.int(random.int(20) === 0 ? 1430 : 40));
  const payload = [...(samples[random.int(samples.length)] ?? none)];
  const at = random.int(payload.length + 1);
  payload.splice(at, random.int(2), ...randomBytes(random, random.int(2)));
  return payload;
};

/** Mostly one that means something. */
export const codeFrom = (random: Random): number => (random.int(4) === 0 ? random.int(256) : random.pick(codes));

/** A payload of the very command or reply that this code is, as it should be; of any other code, nonsense. */
export const payloadFor = (random: Random, code: number): readonly number[] => {
  const fitting = [...Object.entries(commands), ...Object.entries(replies)].filter((row) => row[1].code === code).map(([name]) => name);
  const name = fitting.length === 0 ? undefined : random.pick(fitting);
  const sample = { ...commandSamples, ...replySamples }[name as keyof typeof commandSamples];
  return sample === undefined || random.int(3) === 0 ? payloadFrom(random) : [...bytesOf(sample.hex)];
};

export interface Likely {
  /** With bit 7, what most frames are addressed to or from. */
  readonly address: number;
  /** What half of them have. */
  readonly sequence: number;
}

/** Any frame: mostly plausible blocks, some that lie about their length. */
export const frameFrom = (random: Random, likely?: Likely): Uint8Array => {
  const hasBlock = random.int(2) === 0;
  const type = random.int(4) === 0 ? random.int(256) : 0x11 + random.int(8);
  const block = !hasBlock ? [] : random.int(4) === 0 ? randomBytes(random, random.int(5)) : type < 0x15 ? [3, type, random.int(256)] : [2, type];
  const address = likely === undefined || random.int(16) === 0 ? random.int(256) : likely.address;
  const sequence = likely === undefined || random.int(2) === 0 ? random.int(4) : likely.sequence;
  const control = sequence | (random.int(4) === 0 ? 0 : 4) | (hasBlock ? 8 : 0) | (random.int(16) === 0 ? random.int(16) << 4 : 0);
  const code = likely === undefined ? random.int(256) : codeFrom(random);
  const payload = likely === undefined ? payloadFrom(random) : payloadFor(random, code);
  return withCheck(Uint8Array.from([0x53, address, 0, 0, control, ...block, code, ...payload].slice(0, 1438)));
};
