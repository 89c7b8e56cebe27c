/** What the doctor finds on a board, each fault planted in a tree of files, and how it says it. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { type Board, type Check, checkedJson, checkedText, type Finding, good, note, resultOf, runChecks, wrong } from '../../src/tools/doctor.ts';
import { doctorChecks, startChecks } from '../../src/tools/doctor-checks.ts';
import { writeSiteKeys } from '../../src/tools/key-store.ts';
import { crypto, Workplace } from './workplace.ts';

const at = new Workplace();
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doorpad-board-'));
  put('proc/mounts', '/dev/root / ext4 ro 0 0\n/dev/data /tmp ext4 rw,nosuid,nodev,noexec,data=ordered 0 0\n');
  for (const led of ['strike', 'red', 'green', 'buzzer']) {
    put(`leds/${led}/brightness`, '0');
    put(`leds/${led}/trigger`, '[none] transient');
  }
  for (const device of ['keypad', 'cards', 'inputs', 'ttyAMA0']) put(`dev/${device}`);
  mkdirSync(at.dataDir, { mode: 0o700 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text = ''): string => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
};

const toml = (more = '', door = 'strike = "relay"', devices = ''): string => `[reader]
name = "Gate"
dataDir = "${at.dataDir}"
[door]
${door}
[devices]
${['strike', 'red', 'green', 'buzzer'].map((led) => `${led} = "${root}/leds/${led}"`).join('\n')}
keypad = "${root}/dev/keypad"
cardReader = "${root}/dev/cards"
inputs = "${root}/dev/inputs"
${devices}
${more}`;
const withLine = (more = ''): string => `[line]\nport = "${root}/dev/ttyAMA0"\naddress = 1\n${more}`;

const look = async (name: string, text = toml()): Promise<readonly Finding[]> => {
  const config = readConfig(text);
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  const board: Board = { config: config.value, crypto, root };
  const [checked] = await runChecks(
    doctorChecks.filter((check) => check.name === name),
    board,
  );
  return checked?.findings ?? [];
};
const weights = (findings: readonly Finding[]): readonly string[] => findings.map(({ weight }) => weight);
const said = (findings: readonly Finding[]): string =>
  findings
    .map(({ sentence }) => sentence)
    .join('\n')
    .replaceAll(root, '')
    .replaceAll(at.place, '');

describe('a buzzer with a bell', () => {
  it('is opened and left silent, and has a remedy where it is not there', async () => {
    expect(weights(await look('buzzer', toml().replace(/^buzzer = .*$/m, 'buzzer = "/dev/null"')))).toEqual(['good']);
    const away = await look('buzzer', toml().replace(/^buzzer = .*$/m, 'buzzer = "/dev/doorpad/no-buzzer"'));
    expect(weights(away)).toEqual(['wrong']);
    expect(said(away)).toBe(
      '/dev/doorpad/no-buzzer is not there (ENOENT): plug it in, or load the overlay that makes it, or say its place in devices.buzzer.',
    );
  });
});

describe('the table of checks', () => {
  it('names each check once, and each finding of an empty board is a sentence with its remedy', async () => {
    expect(new Set(doctorChecks.map(({ name }) => name)).size).toBe(doctorChecks.length);
    rmSync(join(root, 'leds'), { recursive: true });
    rmSync(join(root, 'dev'), { recursive: true });
    for (const { name } of doctorChecks) {
      for (const { sentence, weight } of await look(name, toml(withLine(), 'strike = "relay"', 'tamper = "normallyOpen"'))) {
        expect(sentence).toMatch(/^[A-Z0-9/].*\.$/s);
        if (weight === 'wrong') expect(sentence, name).toMatch(/: .+|\. .+|\(doorpad/);
      }
    }
  });

  it('of a start takes less than a second and needs nobody', async () => {
    const config = readConfig(toml(withLine()));
    if (!config.ok) throw new Error('the settings are wrong');
    const beganMs = performance.now();
    expect(await runChecks(startChecks, { config: config.value, crypto, root })).toHaveLength(startChecks.length);
    expect(performance.now() - beganMs).toBeLessThan(1_000);
  });

  it('goes on after a check that throws, and says so', async () => {
    const broken: Check<null> = {
      name: 'broken',
      needs: 'nothing',
      run: () => {
        throw new Error('planted');
      },
    };
    const heard: string[] = [];
    const all = await runChecks([broken, { ...broken, name: 'next', run: () => [good('Fine.')] }], null, ({ name }) => heard.push(name));
    expect(all.map(resultOf)).toEqual(['wrong', 'good']);
    expect(heard).toEqual(['broken', 'next']);
    expect(all[0]?.findings[0]?.sentence).toContain('planted');
  });

  it('is said to people a line a finding, and to programs an object a check', () => {
    const checked = { name: 'strike', findings: [good('Here.'), note('Odd.'), wrong('Broken: mend it.')] };
    expect(checkedText(checked)).toBe('  strike       Here.\n-              Odd.\n!              Broken: mend it.\n');
    expect(JSON.parse(checkedJson(checked))).toEqual({ check: 'strike', result: 'wrong', findings: checked.findings });
    expect(JSON.parse(checkedJson({ name: 'line', findings: [] }))).toEqual({ check: 'line', result: 'absent', findings: [] });
  });
});

describe('the devices', () => {
  it.each(['strike', 'lights', 'buzzer', 'keypad', 'cardReader'])('%s: good as they are', async (name) => {
    expect(new Set(weights(await look(name)))).toEqual(new Set(['good']));
  });

  it('a strike at the controller is not looked for', async () => {
    expect(said(await look('strike', toml(withLine(), 'strike = "controller"')))).toContain('hangs at the controller');
  });

  it.each([
    ['strike', 'leds/strike', 'say its place in devices.strike'],
    ['lights', 'leds/green', 'devices.green'],
    ['buzzer', 'leds/buzzer', 'devices.buzzer'],
    ['keypad', 'dev/keypad', 'devices.keypad'],
    ['cardReader', 'dev/cards', 'devices.cardReader'],
    ['inputs', 'dev/inputs', 'devices.inputs'],
  ])('%s: %s that is not there', async (name, path, remedy) => {
    rmSync(join(root, path), { recursive: true });
    const findings = await look(name, toml('', 'strike = "relay"', 'rex = "normallyOpen"'));
    expect(weights(findings)).toContain('wrong');
    expect(said(findings)).toContain(remedy);
  });

  it('what is not wired is not looked for', async () => {
    expect(await look('inputs')).toEqual([]);
    expect(await look('buzzer', toml().replace(/buzzer = .*/, 'buzzer = "none"'))).toEqual([]);
    expect(
      await look(
        'cardReader',
        toml()
          .replace(/cardReader = .*/, 'cardReader = "none"')
          .replace('[door]', 'mode = "pinOnly"\n[door]'),
      ),
    ).toEqual([]);
    expect(await look('keypad', toml('', 'strike = "relay"').replace('[door]', 'model = "RP40"\nmode = "cardOnly"\n[door]'))).toEqual([]);
  });

  it('a card reader behind two wires, or behind a serial port', async () => {
    const chip = toml('', 'strike = "relay"', `wiegandChip = "${root}/dev/gpiochip0"`).replace(/cardReader = .*/, 'cardReader = "wiegand"');
    expect(said(await look('cardReader', chip))).toContain('/dev/gpiochip0 is not there');
    put('dev/gpiochip0');
    expect(weights(await look('cardReader', chip))).toEqual(['good']);
    const serial = toml('', 'strike = "relay"', `pn532 = "${root}/dev/ttyS1"`).replace(/cardReader = .*/, 'cardReader = "pn532"');
    expect(said(await look('cardReader', serial))).toContain('/dev/ttyS1 is not there');
  });

  it('a strike whose pulses the kernel would not end', async () => {
    put('leds/strike/trigger', '[none] timer');
    expect(said(await look('strike'))).toContain('load the module ledtrig-transient');
    rmSync(join(root, 'leds/strike/trigger'));
    expect(weights(await look('strike'))).toEqual(['wrong']);
  });
});

describe('what is on the disk', () => {
  it('a reader without keys, of its own, of a site, and of a panel in clear', async () => {
    expect(said(await look('keys'))).toContain('Install its bundle (doorpad install-keys), or import people');
    expect(weights(await look('keys', toml(withLine('decides = "panel"\nclear = true'))))).toEqual(['good']);
    await at.importPeople('person,pin\n1,0417\n');
    expect(said(await look('keys'))).toContain('tier 0');
    expect(said(await look('table'))).toBe('Table version 1 is in force: 1 person with 1 credential.');
    chmodSync(join(at.dataDir, 'keys'), 0o755);
    expect(weights(await look('keys'))).toEqual(['wrong']);
    expect(await look('table')).toEqual([]);
  });

  it('a site’s reader that waits for its table, or is told another address', async () => {
    const trust = { site: crypto.randomBytes(16), reader: crypto.randomBytes(16), authority: crypto.randomBytes(32) };
    const secret = new SecretBytes(crypto.randomBytes(32));
    writeSiteKeys(at.dataDir, { trust, tableKey: secret, scbk: new SecretBytes(crypto.randomBytes(16)) }, { name: 'Gate', address: 2 });
    expect(said(await look('table'))).toContain('until its controller has sent one');
    expect(said(await look('address', toml(withLine())))).toContain('Say address = 2 in [line]');
  });

  it('a damaged table, and settings of the line that cannot be used', async () => {
    await at.importPeople('person,pin\n1,0417\n');
    writeFileSync(join(at.dataDir, 'table.db'), 'x'.repeat(5_000));
    expect(weights(await look('table'))).toEqual(['wrong']);
    writeFileSync(join(at.dataDir, 'line.json'), 'x', { mode: 0o600 });
    expect(said(await look('lineSettings', toml(withLine())))).toContain('remove it');
  });

  it('mounts that lie, and those that could be stricter', async () => {
    expect(weights(await look('mounts'))).toEqual(['good']);
    put('proc/mounts', '/dev/root / ext4 rw,commit=600 0 0\n');
    const findings = await look('mounts');
    expect(weights(findings)).toEqual(['wrong', 'note', 'note']);
    expect(said(findings)).toContain('nosuid, nodev, noexec');
  });

  it('is written, read back, and left as it was', async () => {
    expect(weights(await look('sync'))).toEqual(['good']);
    expect(weights(await look('room'))).toEqual(['good']);
    const slow = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(900);
    expect(said(await look('sync'))).toContain('only after 900 ms');
    slow.mockRestore();
    rmSync(at.dataDir, { recursive: true });
    writeFileSync(at.dataDir, '');
    expect(said(await look('sync'))).toContain('mount it for writing, or replace the card');
    rmSync(at.dataDir);
    expect(await look('sync')).toEqual([]);
    expect(weights(await look('mounts'))).toEqual(['note']);
  });

  const disk = (kilobytes: string, lifeTime: string): void => {
    const { dev } = statSync(at.dataDir);
    const number = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
    put('sys/devices/mmcblk0/device/life_time', lifeTime);
    mkdirSync(join(root, 'sys/devices/mmcblk0/mmcblk0p4'));
    mkdirSync(join(root, 'sys/dev/block'), { recursive: true });
    symlinkSync(join(root, 'sys/devices/mmcblk0/mmcblk0p4'), join(root, 'sys/dev/block', number));
    put('sys/fs/ext4/mmcblk0p4/session_write_kbytes', kilobytes);
    put('proc/uptime', '864000.00 1.00\n');
  };

  it('how much is written a day, and how much of its life is left', async () => {
    expect(weights(await look('wear'))).toEqual(['note']);
    disk('100000\n', '0x01 0x02\n');
    expect(said(await look('wear'))).toBe('10 MB a day are written since the start, 10 days ago.');
    put('proc/uptime', '7000.00 1.00\n');
    expect(said(await look('wear'))).toBe('102 MB were written since the start, 2 h ago.');
  });

  it('that wears out', async () => {
    disk('50000000\n', '0x01 0x09\n');
    const findings = await look('wear');
    expect(weights(findings)).toEqual(['wrong', 'wrong']);
    expect(said(findings)).toContain('80 % or more of its life is used up');
  });
});

describe('the board', () => {
  it('a clock that nothing has set, that a time server has set, and that cannot be', async () => {
    expect(weights(await look('clock'))).toEqual(['note']);
    put('run/systemd/timesync/synchronized');
    expect(weights(await look('clock'))).toEqual(['good']);
    vi.useFakeTimers({ now: 0, toFake: ['Date'] });
    expect(said(await look('clock'))).toContain('replace the battery');
    vi.useRealTimers();
  });

  it('a line that is there, that is gone, and that Bluetooth has', async () => {
    expect(await look('line')).toEqual([]);
    expect(weights(await look('line', toml(withLine())))).toEqual(['good']);
    rmSync(join(root, 'dev/ttyAMA0'));
    expect(said(await look('line', toml(withLine())))).toContain('plug the adapter in');
    put('sys/bus/serial/devices/serial0-0/uevent', 'OF_NAME=bluetooth\n');
    expect(said(await look('line', toml(withLine())))).toContain('belongs to Bluetooth: load the overlay');
  });

  it('a line that somebody else holds, or that nobody turns round', async () => {
    put('proc/cmdline', 'console=ttyAMA0,115200');
    put('proc/7/cmdline', '/sbin/agetty\0ttyAMA0\0');
    mkdirSync(join(root, 'sys/class/tty/ttyAMA0'), { recursive: true });
    mkdirSync(join(root, 'sys/devices/serial'), { recursive: true });
    mkdirSync(join(root, 'sys/bus/uart-pl011'), { recursive: true });
    symlinkSync(join(root, 'sys/devices/serial'), join(root, 'sys/class/tty/ttyAMA0/device'));
    symlinkSync(join(root, 'sys/bus/uart-pl011'), join(root, 'sys/devices/serial/driver'));
    const findings = await look('line', toml(withLine()));
    expect(weights(findings)).toEqual(['wrong', 'wrong', 'note']);
    expect(said(findings)).toContain('take console=ttyAMA0 out of its command line');
    expect(said(findings)).toContain('systemctl disable --now serial-getty@ttyAMA0');
  });

  it('a login on a screen, into which PINs are typed', async () => {
    expect(weights(await look('console'))).toEqual(['good']);
    put('proc/cmdline', 'console=tty0');
    expect(said(await look('console'))).toContain('The kernel writes to tty0');
    put('proc/7/cmdline', '/sbin/agetty\0tty1\0linux\0');
    expect(said(await look('console'))).toContain('systemctl disable --now getty@tty1');
    const blind = toml()
      .replace(/cardReader = .*/, 'cardReader = "none"')
      .replace('[door]', 'model = "RP40"\nmode = "locked"\n[door]');
    expect(await look('console', blind)).toEqual([]);
  });

  it('outputs that stay on when a program dies', async () => {
    expect(await look('strictGpio')).toEqual([]);
    put('sys/firmware/devicetree/base/model', 'Raspberry Pi 4 Model B Rev 1.4\0');
    expect(weights(await look('strictGpio'))).toEqual(['note']);
    put('sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs', 'Y\n');
    expect(said(await look('strictGpio'))).toContain('persist_gpio_outputs=n');
    put('sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs', 'N\n');
    expect(weights(await look('strictGpio'))).toEqual(['good']);
  });

  it('a Wiegand wire at a pin of another part, which counts where the overlay of doorpad is in force', async () => {
    const wires = toml('', 'strike = "relay"', 'wiegandData0 = 22').replace(/cardReader = .*/, 'cardReader = "wiegand"');
    expect(await look('pins')).toEqual([]);
    expect(weights(await look('pins', wires))).toEqual(['note']);
    put('sys/firmware/devicetree/base/doorpad-outputs/name');
    expect(weights(await look('pins', wires))).toEqual(['wrong']);
    expect(said(await look('pins', wires))).toContain('devices.wiegandData0 = 22 is the pin of another part (strike)');
  });
});
