/** The two checks of a frame (OSDP.md §2). Which of them a frame carries is frame.ts's. */

/** CRC-16: polynomial 0x1021, no reflection, no final xor. */
const polynomial = 0x1021;
const initial = 0x1d0f;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ polynomial;
  return crc & 0xffff;
});

/** 0..0xffff over the first `length` bytes, which must be there; goes on the wire low byte first. */
export const crc16 = (bytes: Uint8Array, length: number): number => {
  let crc = initial;
  for (let at = 0; at < length; at += 1) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ (bytes[at] as number)] as number);
  return crc;
};

/** 0..0xff: what makes the first `length` bytes sum to zero. */
export const checksum = (bytes: Uint8Array, length: number): number => {
  let sum = 0;
  for (let at = 0; at < length; at += 1) sum += bytes[at] as number;
  return -sum & 0xff;
};
