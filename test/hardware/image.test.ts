/** The parts of `npm run image` that decide something by themselves, the unit's figure and the overlays; the card itself is `npm run test:image`'s. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { cardMiB, partitions } from '../../hardware/image/card.ts';
import { archives, mirrorIn } from '../../hardware/image/debian.ts';
import { hardware, missingPackages, missingPrograms } from '../../hardware/image/host.ts';
import { publicKeyIn, releaseOf } from '../../hardware/image/release.ts';
import { packagesIn } from '../../hardware/image/rootfs.ts';
import { readConfig } from '../../src/config.ts';

const textOf = (...path: readonly string[]): string => readFileSync(join(hardware, ...path), 'utf8');

describe('the mirror of an image', () => {
  it('is the first Debian archive of the apt sources, in either of their forms', () => {
    expect(mirrorIn('# deb http://old.example/debian x main\ndeb [arch=amd64] http://one.example/debian bookworm main\n')).toBe(
      'http://one.example/debian',
    );
    expect(mirrorIn('Types: deb\nURIs: https://two.example/debian/\nSuites: trixie\n')).toBe('https://two.example/debian');
  });

  it('is not one of another maker, nor that of security updates', () => {
    expect(mirrorIn('deb https://packages.example/apt stable main\nURIs: http://three.example/debian-security\n')).toBeUndefined();
  });

  it('has the security archive beside it, but for a mirror that was named alone: a snapshot has a day', () => {
    expect(mirrorIn('URIs: http://one.example/debian http://one.example/debian-security/\n', 'debian-security')).toBe(
      'http://one.example/debian-security',
    );
    vi.stubEnv('DOORPAD_IMAGE_MIRROR', 'http://two.example/debian');
    vi.stubEnv('DOORPAD_IMAGE_SECURITY_MIRROR', undefined);
    expect(archives()).toEqual(['deb http://two.example/debian trixie main non-free-firmware']);
    vi.stubEnv('DOORPAD_IMAGE_SECURITY_MIRROR', 'http://two.example/debian-security');
    expect(archives('[arch=arm64] ')).toEqual([
      'deb [arch=arm64] http://two.example/debian trixie main non-free-firmware',
      'deb [arch=arm64] http://two.example/debian-security trixie-security main non-free-firmware',
    ]);
    vi.unstubAllEnvs();
  });
});

describe('what an image is made of', () => {
  it('has a list of packages without what is said about them', () => {
    expect(packagesIn('# all\nudev\n  kmod # modules\n\n')).toEqual(['udev', 'kmod']);
    const packages = packagesIn(textOf('image', 'packages.txt'));
    expect(packages).toContain('linux-image-arm64');
    expect(packages).not.toContain('openssh-server');
  });

  it('names the packages of the machine that are missing, each once, in one command', () => {
    expect(missingPrograms(['dtc', 'fdtoverlay', 'mcopy'], (program) => program === 'mcopy')).toMatch(/apt-get install .* device-tree-compiler$/);
    expect(missingPrograms(['dtc'], () => true)).toBeUndefined();
    expect(missingPackages(['mkimage', 'mkenvimage', 'dtc'], () => false)).toEqual(['device-tree-compiler', 'u-boot-tools']);
  });

  it('has partitions that neither overlap nor reach beyond the card', () => {
    let end = 4;
    for (const { startMiB, sizeMiB } of partitions) {
      expect(startMiB).toBe(end);
      end = startMiB + sizeMiB;
    }
    expect(end).toBeLessThanOrEqual(cardMiB);
  });

  it('has settings that are in order as they stand', () => {
    expect(readConfig(textOf('image', 'doorpad.toml'))).toMatchObject({ ok: true });
  });
});

describe('the release of a card', () => {
  it('is a number that rises with the version', () => {
    expect(releaseOf('1.2.3')).toBe(1_002_003);
    expect(releaseOf('0.1.0')).toBeLessThan(releaseOf('0.1.1'));
    expect(releaseOf('0.9.99')).toBeLessThan(releaseOf('0.10.0'));
  });

  it('takes a public Ed25519 key for its updates, and no private one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorpad-key-'));
    try {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const written = (name: string, pem: string | Buffer): string => {
        writeFileSync(join(folder, name), pem);
        return join(folder, name);
      };
      const open = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      expect(publicKeyIn(written('open', open))).toBe(open);
      expect(() => publicKeyIn(written('secret', privateKey.export({ type: 'pkcs8', format: 'pem' })))).toThrow('private key');
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
      expect(() => publicKeyIn(written('other', other.export({ type: 'spki', format: 'pem' })))).toThrow('no Ed25519 key');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the overlays', () => {
  /** What a node of an overlay says, whatever bank its lines are on. */
  const nodeOf = (overlay: string, name: string): string => {
    const text = textOf('overlays', `${overlay}.dtso`)
      .replaceAll(/\/\*.*?\*\//gs, '')
      .replaceAll('&doorpad_bank', '&gpio')
      .replaceAll(/\s*pinctrl-(?:names|0) = .*;/g, '')
      .replaceAll(/\w+: (?=doorpad-|buzzer)/g, '');
    const start = text.indexOf(`\t${name} {`);
    return text.slice(start, text.indexOf('\n\t};', start)).replaceAll(/\s+/g, ' ').trim();
  };

  it.each(['doorpad-keypad', 'doorpad-inputs', 'doorpad-outputs'])('give the emulated machine the %s of the board, line by line', (name) => {
    expect(nodeOf('doorpad-hat', name)).toContain('compatible');
    expect(nodeOf('emulated-machine', name)).toBe(nodeOf('doorpad-hat', name));
  });
});

describe('the unit of the reader', () => {
  const unit = textOf('systemd', 'doorpad.service');

  it('starts the reader anew after a second, for ever', () => {
    expect(unit).toMatch(/^Restart=always$/m);
    expect(unit).toMatch(/^RestartSec=1$/m);
    expect(unit).toMatch(/^StartLimitIntervalSec=0$/m);
  });

  it('has the strike secured before it starts and after it ends, as root', () => {
    expect(unit).toMatch(/^ExecStartPre=-\+\/usr\/lib\/doorpad\/secure-strike$/m);
    expect(unit).toMatch(/^ExecStopPost=-\+\/usr\/lib\/doorpad\/secure-strike$/m);
    expect(unit).toMatch(/^OnFailure=doorpad-secure-strike\.service$/m);
    expect(textOf('systemd', 'doorpad-secure-strike.service')).toMatch(/^ExecStart=\/usr\/lib\/doorpad\/secure-strike$/m);
  });

  it('runs as nobody special, without a capability, without the network', () => {
    expect(unit).toMatch(/^User=doorpad$/m);
    expect(unit).toMatch(/^CapabilityBoundingSet=$/m);
    expect(unit).toMatch(/^PrivateNetwork=yes$/m);
  });

  it('ends what takes too much memory, leaves no picture of memory behind, and listens to no debugger', () => {
    expect(unit).toMatch(/^ExecStart=\/usr\/lib\/doorpad\/node --disable-proto=throw --disable-sigusr1 --max-old-space-size=192 /m);
    for (const line of ['MemoryMax=320M', 'OOMPolicy=stop', 'LimitCORE=0']) expect(unit.split('\n')).toContain(line);
    expect(textOf('image/slot', 'sysctl.conf')).toMatch(/^kernel\.core_pattern = \|\/bin\/false$/m);
  });

  it('takes no device of USB for one of its own, whatever that calls itself', () => {
    const rules = textOf('systemd', '70-doorpad.rules').split('\n');
    const byName = rules.filter((rule) => rule.includes('ATTRS{name}'));
    expect(byName.length).toBeGreaterThan(0);
    for (const rule of byName) expect(rule).toContain('ATTRS{id/bustype}=="0019"');
  });

  it('has no radio, no console, and no key that starts the machine anew', () => {
    for (const name of ['brcmfmac', 'btbcm', 'hci_uart', 'bluetooth'])
      expect(textOf('image/slot', 'modprobe.conf').split('\n')).toContain(`install ${name} /bin/false`);
    expect(textOf('image/slot', 'sysctl.conf')).toMatch(/^kernel\.sysrq = 0$/m);
    expect(textOf('image/slot', 'manager.conf')).toMatch(/^CtrlAltDelBurstAction=none$/m);
    expect(textOf('image', 'slot.ts')).toMatch(/ctrl-alt-del\.target/);
  });
});

describe('the scripts of the image', () => {
  it.each([
    'image/slot/mark-good.sh',
    'image/slot/has-init.sh',
    ...['line-update', 'own-led', 'secure-strike', 'set-boot', 'stick', 'trial', 'update', 'used-bundle'].map((name) => `systemd/${name}.sh`),
  ])('%s is a script that a shell can read', (path) => {
    expect(() => execFileSync('sh', ['-n', join(hardware, path)])).not.toThrow();
  });
});
