/** What a reader says it is on the line, and what it lets pass in clear, by its settings and its keys. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settledLineOf } from '../../src/boot/settled-line.ts';
import { readConfig } from '../../src/config.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { newStandAloneKeys, writeSiteKeys } from '../../src/tools/key-store.ts';
import { crypto, Workplace } from '../tools/workplace.ts';

const at = new Workplace();
const told: string[] = [];

const sideOf = (line = '', serial?: string, strike = 'controller') => {
  told.length = 0;
  mkdirSync(at.dataDir, { recursive: true, mode: 0o700 });
  const text = `[reader]\ndataDir = "${at.dataDir}"\n[door]\nstrike = "${strike}"\n[line]\nport = "/dev/null"\naddress = 3\n${line}`;
  const read = readConfig(text);
  if (!read.ok || read.value.line === undefined) throw new Error('the settings are wrong');
  const serialFile = at.write('serial', serial ?? '');
  return settledLineOf({
    config: read.value,
    line: read.value.line,
    crypto,
    version: '1.2.3-beta',
    told: (sentence) => told.push(sentence),
    serialFile,
  });
};

const install = () => {
  const keys = { ...newStandAloneKeys(crypto), scbk: new SecretBytes(crypto.randomBytes(16)) };
  mkdirSync(at.dataDir, { recursive: true, mode: 0o700 });
  writeSiteKeys(at.dataDir, keys);
  return keys;
};

describe('the line of a reader', () => {
  it('says what the reader is, and how it is set', () => {
    const { trust, scbk } = install();
    const side = sideOf();
    const serial = new DataView(trust.reader.buffer, trust.reader.byteOffset).getUint32(0);
    expect(side.make).toMatchObject({
      identity: { oui: 0x504402, model: 1, serial, firmware: { major: 1, minor: 2, build: 3 } },
      receiveBytes: 1_440,
      readsCards: true,
    });
    expect(side).toMatchObject({ decides: 'reader', isClearAllowed: false, software: 'doorpad 1.2.3-beta', isLowSecurity: true });
    expect(side.settingsHash).toHaveLength(32);
    expect(side.pd.line).toEqual({ address: 3, baudRate: 9_600 });
    expect(side.pd.policy).toMatchObject({ secureRequired: true, clearComset: false });
    expect(side.pd.policy.keys.current?.reveal()).toEqual(scbk.reveal());
    expect(told).toEqual([]);
  });

  it('has the serial number of the board where the board has one', () => {
    expect(sideOf('', '10000000abcdef01\0').make.identity.serial).toBe(0xabcdef01);
    expect(sideOf('', 'none').make.identity.serial).toBe(0);
  });

  it('hashes other settings otherwise', () => {
    expect(sideOf('baudRate = 38400\n').settingsHash).not.toEqual(sideOf().settingsHash);
  });

  it('passes in clear what the settings allow, and nothing when its keys are refused', () => {
    const clear = 'decides = "panel"\nclear = true\n';
    const clearSide = () => sideOf(clear, '', 'relay');
    expect(clearSide()).toMatchObject({ isClearAllowed: true, pd: { policy: { secureRequired: false } } });
    install();
    chmodSync(join(at.dataDir, 'keys', 'reader.json'), 0o644);
    expect(clearSide()).toMatchObject({ isClearAllowed: false, pd: { policy: { secureRequired: true, keys: { current: undefined } } } });
    expect(told).toEqual([expect.stringContaining('can be used by other users')]);
  });

  it('begins with the settings of the file when those that were kept are damaged', () => {
    mkdirSync(at.dataDir, { mode: 0o700 });
    writeFileSync(join(at.dataDir, 'line.json'), '{', { mode: 0o600 });
    expect(sideOf().pd.line).toEqual({ address: 3, baudRate: 9_600 });
    expect(told).toEqual([expect.stringContaining('line.json is damaged')]);
  });
});
