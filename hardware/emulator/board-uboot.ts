/**
 * The Pi's own U-Boot on the emulator's model of a Pi 3B, with the card in it, while somebody types on the board's serial line without a pause: the
 * reader's line is that one, so nothing that a controller says may be a key to U-Boot. How far it came stands on the card.
 */
import { readFileSync } from 'node:fs';
import { freshFolder } from '../image/host.ts';
import { BoardDisk, boardTree } from './board-disk.ts';
import { startChild } from './child.ts';
import { until } from './machine.ts';

const typeEveryMs = 50;

export interface UbootRun {
  /** As U-Boot has left them on the card. */
  readonly attempts: string;
  readonly said: string;
}

/** Resolves once an attempt was counted, or after the deadline. */
export const startUnderKeys = async (card: string, path: string, deadlineMs: number): Promise<UbootRun> => {
  const folder = freshFolder(path);
  const disk = new BoardDisk(card, folder);
  const attempts = (): string => readFileSync(disk.fetch('doorpad.env'), 'latin1').slice(4).replaceAll(/\0+/g, ' ').trim();
  const before = attempts();
  const child = startChild(
    'qemu-system-aarch64',
    [
      ['-M', 'raspi3b', '-display', 'none', '-monitor', 'none', '-kernel', disk.fetch('u-boot.bin'), '-dtb', disk.fetch(boardTree)],
      // The second is the one that U-Boot has for its console.
      ['-drive', `file=${disk.path},if=sd,format=raw,cache=unsafe`, '-serial', 'null', '-serial', 'stdio'],
    ].flat(),
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')));
  child.stdin?.on('error', () => undefined);
  const typing = setInterval(() => child.stdin?.write('x\r\n'), typeEveryMs);
  try {
    await until('U-Boot has counted an attempt', deadlineMs, () => (attempts() === before ? undefined : true));
  } catch {
    // That it stands still is what the caller sees.
  } finally {
    clearInterval(typing);
    child.kill('SIGKILL');
  }
  return { attempts: attempts(), said };
};
