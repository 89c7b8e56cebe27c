/**
 * One frame as bytes and as parts (OSDP.md §2). Decides whether bytes are a frame; where in a stream it begins is framer.ts's, what its
 * code and data mean commands.ts's and replies.ts's, and whether its MAC is right secure-channel.ts's.
 */
import { assert, present } from '../shared/assert.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { checksum, crc16 } from './crc.ts';

/** The first byte of every frame. */
export const startOfMessage = 0x53;
/** What a sender puts on the line before a frame; not part of it, and in no length, check or MAC. */
export const mark = 0xff;
/** Reaches every PD whatever its address (OSDP.md §4); only for lines with one PD. */
export const configurationAddress = 0x7f;
/** Longest frame of the protocol. */
export const maxFrameBytes = 1440;
/** What every PD takes, and all an ACU may send before it knows more. */
export const leastFrameBytes = 128;

/** SOM, address, length, control. */
export const headerBytes = 5;
export const macBytes = 4;
const replyBit = 0x80;
const crcBit = 0x04;
const securityBit = 0x08;

export type Check = 'crc16' | 'checksum';

export interface FrameHeader {
  /** 0..0x7e, or `configurationAddress`. */
  readonly address: number;
  /** From PD to ACU. */
  readonly isReply: boolean;
  /** 0..3. */
  readonly sequence: number;
  readonly check: Check;
}

/** What stands between header and code when the channel is, or is being made, secure (OSDP.md §12). */
export interface SecurityBlock {
  /** 0x11..0x18 are known; see `scs`. */
  readonly type: number;
  readonly data: Uint8Array;
}

export interface FrameParts extends FrameHeader {
  readonly security: SecurityBlock | undefined;
  readonly code: number;
  /** As on the wire: cipher text in an encrypted frame. */
  readonly data: Uint8Array;
}

/** A frame whose length and check are right, and whose parts fit. */
export interface Frame extends FrameParts {
  /** First 4 bytes of the MAC, in a frame of a session. */
  readonly mac: Uint8Array | undefined;
  /** From SOM to the last byte of the check. */
  readonly bytes: Uint8Array;
}

/** Security block types. */
export const scs = {
  challenge: 0x11,
  clientCryptogram: 0x12,
  serverCryptogram: 0x13,
  initialMac: 0x14,
  command: 0x15,
  reply: 0x16,
  encryptedCommand: 0x17,
  encryptedReply: 0x18,
} as const;

export type FrameRefusal =
  /** `length`: not as long as it says, or than any frame can be. `check`: damaged; not even its address can be believed. */
  | { readonly reason: 'length' | 'check'; readonly header: undefined }
  /** Undamaged, but its security block, code and MAC do not fit its length. */
  | { readonly reason: 'securityBlock'; readonly header: FrameHeader };

const none = new Uint8Array(0);
const wrongLength = failed({ reason: 'length', header: undefined } as const);
const wrongCheck = failed({ reason: 'check', header: undefined } as const);

/** Whether a session's MAC ends a frame with this security block. */
const hasMac = (type: number): boolean => type >= scs.command && type <= scs.encryptedReply;

const checkBytes = (check: Check): number => (check === 'crc16' ? 2 : 1);

/** Bytes of the frame that begins with these five, as it says itself; undefined when no frame is that long. */
export const announcedBytes = (bytes: Uint8Array, at: number): number | undefined => {
  const length = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  const shortest = headerBytes + 1 + (((bytes[at + 4] as number) & crcBit) === 0 ? 1 : 2);
  return length >= shortest && length <= maxFrameBytes ? length : undefined;
};

/** Most bytes of data in a frame of `frameBytes`: in clear, or behind the padding and MAC of a session. */
export const dataRoom = (frameBytes: number, check: Check, isSecure: boolean): number => {
  const room = frameBytes - headerBytes - 1 - checkBytes(check);
  return isSecure ? Math.floor((room - 2 - macBytes) / 16) * 16 - 1 : room;
};

/** How many bytes of a frame of a session its MAC is over: all before it. */
export const coveredBytes = ({ bytes, check }: Frame): number => bytes.length - checkBytes(check) - macBytes;

/** The parts of exactly these bytes, which may not change as long as the frame is used. */
export const decodeFrame = (bytes: Uint8Array): Result<Frame, FrameRefusal> => {
  if (bytes[0] !== startOfMessage || bytes.length < headerBytes || announcedBytes(bytes, 0) !== bytes.length) return wrongLength;
  const control = bytes[4] as number;
  const check: Check = (control & crcBit) === 0 ? 'checksum' : 'crc16';
  const checkAt = bytes.length - checkBytes(check);
  if (readCheck(bytes, check, checkAt) !== computedCheck(bytes, check, checkAt)) return wrongCheck;

  const addressed = bytes[1] as number;
  const header = { address: addressed & ~replyBit, isReply: (addressed & replyBit) !== 0, sequence: control & 0x03, check };
  const blockBytes = (control & securityBit) === 0 ? 0 : (bytes[headerBytes] as number);
  const codeAt = headerBytes + blockBytes;
  const type = blockBytes === 0 ? 0 : (bytes[headerBytes + 1] as number);
  const macAt = hasMac(type) ? checkAt - macBytes : checkAt;
  // A block counts its own length and its type; a code must be left behind it.
  if ((control & securityBit) !== 0 && (blockBytes < 2 || codeAt >= macAt)) return failed({ reason: 'securityBlock', header });

  return ok({
    address: header.address,
    isReply: header.isReply,
    sequence: header.sequence,
    check,
    security: blockBytes === 0 ? undefined : { type, data: part(bytes, headerBytes + 2, codeAt) },
    code: bytes[codeAt] as number,
    data: part(bytes, codeAt + 1, macAt),
    mac: macAt === checkAt ? undefined : bytes.slice(macAt, checkAt),
    bytes,
  });
};

/** The bytes of a frame. `macOf` gives the MAC of a frame of a session, over the first `covered` of its bytes; 4 bytes of it are sent. */
export const encodeFrame = (parts: FrameParts, macOf?: (bytes: Uint8Array, covered: number) => Uint8Array): Uint8Array => {
  const { address, isReply, sequence, check, security, code, data } = parts;
  assert(address >= 0 && address <= configurationAddress, 'an address has 7 bits');
  assert(sequence >= 0 && sequence <= 3, 'a sequence number has 2 bits');
  const isSigned = security !== undefined && hasMac(security.type);
  const codeAt = headerBytes + (security === undefined ? 0 : 2 + security.data.length);
  const macAt = codeAt + 1 + data.length;
  const checkAt = macAt + (isSigned ? macBytes : 0);
  const length = checkAt + checkBytes(check);
  assert(length <= maxFrameBytes, `a frame has at most ${maxFrameBytes} bytes`);

  const bytes = new Uint8Array(length);
  bytes[0] = startOfMessage;
  bytes[1] = isReply ? address | replyBit : address;
  bytes[2] = length & 0xff;
  bytes[3] = length >> 8;
  bytes[4] = sequence | (check === 'crc16' ? crcBit : 0) | (security === undefined ? 0 : securityBit);
  if (security !== undefined) {
    bytes[headerBytes] = codeAt - headerBytes;
    bytes[headerBytes + 1] = security.type;
    bytes.set(security.data, headerBytes + 2);
  }
  bytes[codeAt] = code;
  bytes.set(data, codeAt + 1);
  if (isSigned) {
    const mac = present(macOf, 'a frame of a session has a MAC')(bytes, macAt);
    for (let at = 0; at < macBytes; at += 1) bytes[macAt + at] = mac[at] as number;
  }

  const computed = computedCheck(bytes, check, checkAt);
  bytes[checkAt] = computed & 0xff;
  if (check === 'crc16') bytes[checkAt + 1] = computed >> 8;
  return bytes;
};

const part = (bytes: Uint8Array, from: number, to: number): Uint8Array => (from === to ? none : bytes.subarray(from, to));

const readCheck = (bytes: Uint8Array, check: Check, at: number): number =>
  check === 'crc16' ? (bytes[at] as number) | ((bytes[at + 1] as number) << 8) : (bytes[at] as number);

const computedCheck = (bytes: Uint8Array, check: Check, length: number): number =>
  check === 'crc16' ? crc16(bytes, length) : checksum(bytes, length);
