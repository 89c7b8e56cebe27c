/** What a card tells the firmware, U-Boot and the kernel: nobody on the line or at a keyboard is asked, and what can be mended at a start is mended. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardware } from '../../hardware/image/host.ts';

const textOf = (...path: readonly string[]): string => readFileSync(join(hardware, ...path), 'utf8');

describe('the start of a card', () => {
  it('asks nobody: U-Boot has no console at the pins of the line, waits for no key, and starts from the card or not at all', () => {
    const words = new Map(
      textOf('image', 'uboot-env.txt')
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(Object.fromEntries(['bootdelay', 'boot_targets', 'bootmeths', 'bootcmd', 'stdin'].map((name) => [name, words.get(name)]))).toEqual({
      bootdelay: '-2',
      boot_targets: 'mmc',
      bootmeths: 'script',
      bootcmd: 'bootflow scan; reset',
      stdin: 'nulldev',
    });
    expect([...words.values()].filter((value) => /serial|usb/.test(value))).toEqual([]);
    expect(words.has('preboot')).toBe(false);
    expect(textOf('image', 'config.txt')).not.toMatch(/^enable_uart/m);
  });

  it('has a file system mended that can be mended: keys and journal are worth more than what lies across', () => {
    expect(textOf('image', 'doorpad.args').split(/\s+/)).toContain('fsck.repair=yes');
  });

  it('gives the reader the same number in every release, for what it keeps on /data', () => {
    expect(textOf('systemd', 'doorpad.sysusers.conf')).toMatch(/^u doorpad \d{3} /m);
  });
});
