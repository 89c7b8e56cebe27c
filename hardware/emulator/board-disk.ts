/** A card as the emulator's model of a Pi 3B takes it, and the files of its first partition, which a real board's firmware would read. */
import { join } from 'node:path';
import { partitionOf } from '../image/card.ts';
import { run } from '../image/host.ts';
import { copied } from './place.ts';

/** The model's card has a size of a power of two. */
const cardBytes = 2 ** 31;
export const boardTree = 'bcm2837-rpi-3-b.dtb';

export class BoardDisk {
  readonly path: string;
  readonly #folder: string;

  /** A copy in the folder: the card stays as it is. */
  constructor(card: string, folder: string) {
    this.#folder = folder;
    this.path = copied(card, join(folder, 'card.img'));
    run('truncate', ['-s', String(cardBytes), this.path]);
  }

  /** The path of a file of the first partition as it is at this moment. */
  fetch(name: string): string {
    const [from, to] = [`${this.path}@@${partitionOf('boot').startMiB * 2 ** 20}`, join(this.#folder, name)];
    run('mcopy', ['-n', '-o', '-i', from, `::/${name}`, to], { env: { MTOOLS_SKIP_CHECK: '1' } });
    return to;
  }
}
