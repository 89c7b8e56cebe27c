/**
 * What U-Boot counts with: the order of the slots and the attempts each has left, as boot.cmd keeps them in one sector of the FAT partition. Read
 * only: what writes it on a card is hardware/systemd/set-boot.sh, in one write of that sector.
 */
import { crc32 } from 'node:zlib';

export type Slot = 'A' | 'B';
export const otherSlot = (slot: Slot): Slot => (slot === 'A' ? 'B' : 'A');

export interface BootEnv {
  /** The one that is tried first. */
  readonly first: Slot;
  readonly left: Readonly<Record<Slot, number>>;
  /** A release that has not been marked good so far. */
  readonly trial?: Slot | undefined;
}
/** One sector: a card writes it whole or not at all. */
export const bootEnvBytes = 0x200;
/** Of a slot that is good, and of one that is tried. */
export const fullAttempts = 3;

/** What boot.cmd takes when the file is damaged. */
export const bootDefaults: BootEnv = { first: 'A', left: { A: fullAttempts, B: fullAttempts } };

/** U-Boot's: a CRC of the rest, lowest byte first, and `name=value` ended by zeros (its doc/usage/environment). */
export const decodeBootEnv = (bytes: Buffer): BootEnv => {
  if (bytes.length !== bootEnvBytes || bytes.readUInt32LE() !== crc32(bytes.subarray(4))) return bootDefaults;
  const said = new Map(
    bytes
      .toString('latin1', 4)
      .split('\0')
      .map((line) => {
        const [name = '', ...value] = line.split('=');
        return [name, value.join('=')];
      }),
  );
  const left = (slot: Slot): number => Number.parseInt(said.get(`BOOT_${slot}_LEFT`) ?? String(fullAttempts), 10);
  const trial = (['A', 'B'] as const).find((slot) => slot === said.get('BOOT_TRIAL'));
  return {
    first: said.get('BOOT_ORDER')?.startsWith('B') === true ? 'B' : 'A',
    left: { A: left('A'), B: left('B') },
    ...(trial === undefined ? {} : { trial }),
  };
};

export const encodeBootEnv = ({ first, left, trial = 'none' }: Omit<BootEnv, 'trial'> & { readonly trial?: Slot | 'none' | undefined }): Buffer => {
  const bytes = Buffer.alloc(bootEnvBytes);
  bytes.write(`BOOT_ORDER=${first} ${otherSlot(first)}\0BOOT_A_LEFT=${left.A}\0BOOT_B_LEFT=${left.B}\0BOOT_TRIAL=${trial}\0`, 4, 'latin1');
  bytes.writeUInt32LE(crc32(bytes.subarray(4)));
  return bytes;
};
