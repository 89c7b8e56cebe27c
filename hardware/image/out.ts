/** What `npm run image` leaves for others: the card, and beside it what the emulated machine boots and what is known about the card. */
import { join } from 'node:path';
import { workFolder } from './host.ts';

const folder = join(workFolder, 'out');
export const out = {
  folder,
  card: join(folder, 'doorpad.img'),
  sum: join(folder, 'doorpad.img.sha256'),
  /** Name, version and architecture of every Debian package on the card. */
  versions: join(folder, 'doorpad.img.packages'),
  /** Made of slot A where it is asked for: what `doorpad update` takes. */
  update: join(folder, 'doorpad.update'),
  /** Slot A alone. */
  root: join(folder, 'root.ext4'),
  kernel: join(folder, 'vmlinuz'),
  initrd: join(folder, 'initrd.img'),
} as const;
