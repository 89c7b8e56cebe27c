/** The measures of the card: partitions, their sizes and ids, and the Debian release it is made from. What goes into them is the other files'. */

/** The Debian release whose packages and kernel are used. */
export const suite = 'trixie';
/** Seconds since 1970: the time of every file on the card, so that the same parts make the same card. */
export const sourceDate = 1_767_225_600;
/** Of the whole card, and with `-01` to `-04` of its partitions (PARTUUID). */
export const diskId = '6d0a7d01';

export type PartitionName = 'boot' | 'rootA' | 'rootB' | 'data';
export interface Partition {
  readonly name: PartitionName;
  /** From the beginning of the card. */
  readonly startMiB: number;
  readonly sizeMiB: number;
  /** Of the MBR: FAT32 or Linux. */
  readonly type: 'c' | '83';
}

/** The boot partition has room for an update beside its own files. In the order of the table: boot.cmd and fstab count them from 1. The first four MiB are left free, as card makers advise. */
export const partitions: readonly Partition[] = [
  { name: 'boot', startMiB: 4, sizeMiB: 256, type: 'c' },
  { name: 'rootA', startMiB: 260, sizeMiB: 512, type: '83' },
  { name: 'rootB', startMiB: 772, sizeMiB: 512, type: '83' },
  { name: 'data', startMiB: 1_284, sizeMiB: 512, type: '83' },
];
export const cardMiB = 1_800;

export const partitionOf = (name: PartitionName): Partition => {
  const found = partitions.find((partition) => partition.name === name);
  if (found === undefined) throw new Error(`the card has no partition ${name}`);
  return found;
};
export const sizeOf = (name: PartitionName): number => partitionOf(name).sizeMiB;

/** Made of what they hold, not drawn: the same parts make the same card. */
export const fileSystemIds: Readonly<Record<PartitionName, string>> = {
  boot: 'd00d0001',
  rootA: '6d0a7d01-0000-4000-8000-00000000000a',
  rootB: '6d0a7d01-0000-4000-8000-00000000000b',
  data: '6d0a7d01-0000-4000-8000-00000000000d',
};

/** Boards the card is for, by the name of their device tree in Debian's kernel package. */
export const boards = ['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2837-rpi-zero-2-w', 'bcm2711-rpi-4-b'] as const;
