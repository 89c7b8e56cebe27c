/**
 * Secrets are compared by `isEqual` of the crypto port and by nothing else (SECURITY B15): what a line of src may not look like, and, whatever
 * it looks like, that both ends obey `isEqual` in everything they believe.
 */
import { describe, expect, it } from 'vitest';
import { filesBelow, type Source, sourceAt, sourceOf } from '../tidy/source.ts';
import { crypto } from './secure-pair.ts';
import { type Ends, shipped, Together } from './together.ts';
import { type Change, endsWith } from './together-plants.ts';

/** A name of bytes that somebody could guess one after the other. */
const secret = String.raw`(?:\b[\w.#]*(?:[mM]ac|[cC]ryptogram|[tT]ag|[dD]igest|[tT]oken)\b|\breveal\(\))`;
const bytesOfIt = String.raw`(?:\[[^\]]*\]|\.at\([^)]*\)|\.(?:toString|join|toHex|subarray|slice)\([^)]*\))`;
/** One byte of it, or its text, beside an equals sign; or a walk over it that may end early. */
const early = new RegExp(
  [
    String.raw`${secret}${bytesOfIt}+(?:\s+as\s+number\)?)?\s*[!=]==?(?!\s*(?:undefined|null)\b)`,
    String.raw`[!=]==?\s*\(?${secret}${bytesOfIt}+`,
    String.raw`${secret}${bytesOfIt}*\.(?:every|some|findIndex|indexOf|equals|compare)\(`,
    String.raw`\bhexOf\(${secret}`,
  ].join('|'),
  'g',
);

const findings = (source: Source): readonly string[] => [...source.code.matchAll(early)].map(([found]) => `${source.path}: ${found}`);

describe('B15: a secret', () => {
  it('is compared byte by byte in no file of src', () => {
    const sources = filesBelow('src').filter((path) => path.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap((path) => findings(sourceAt(path)))).toEqual([]);
  });

  it.each([
    'if (mac.every((byte, at) => byte === full[at])) return true;',
    'for (let at = 0; at < 4; at += 1) if (frame.mac[at] !== full[at]) return false;',
    'return hexOf(serverCryptogram) === hexOf(cipher.serverCryptogram);',
    'if (full[0] !== mac[0]) return false;',
    "return tag.toString('hex') === row.tag.toString('hex');",
    'return scbk.reveal().every((byte, at) => byte === other[at]);',
    'return this.#mac.subarray(0, 4).equals(mac);',
  ])('would be found compared as in %s', (text) => {
    expect(findings(sourceOf('src/osdp/planted.ts', text))).not.toEqual([]);
  });

  it.each(['if (frame.mac === undefined) return;', 'if (!this.#crypto.isEqual(mac, full.subarray(0, macBytes))) return;', 'const { mac } = frame;'])(
    'is not taken for compared in %s',
    (text) => {
      expect(findings(sourceOf('src/osdp/planted.ts', text))).toEqual([]);
    },
  );
});

/** The system's, but for how it compares. */
const comparing = (isEqual: (left: Uint8Array, right: Uint8Array) => boolean): typeof crypto =>
  Object.assign(Object.create(crypto) as typeof crypto, {
    aes128: crypto.aes128.bind(crypto),
    randomBytes: crypto.randomBytes.bind(crypto),
    isEqual,
  });

type Which = 'acuCrypto' | 'pdCrypto';
/** How many bytes each end compares from its first frame on: cryptograms and the first MAC whole, then 4 of each MAC. */
const comparisons: Readonly<Record<Which, readonly number[]>> = { acuCrypto: [16, 16, 4, 4], pdCrypto: [16, 4, 4, 4] };

/** A line whose end is told, at its nth comparison, that the two are not the same; and what it compared. */
const deniedAt = (ends: Ends, end: Which, nth: number): { readonly line: Together; readonly compared: readonly number[] } => {
  const compared: number[] = [];
  const isEqual = (left: Uint8Array, right: Uint8Array): boolean => {
    compared.push(left.length);
    return compared.length - 1 !== nth && crypto.isEqual(left, right);
  };
  return { line: new Together({ ends, [end]: comparing(isEqual) }).run(600), compared };
};

/** What ends believe without having compared it by `isEqual`, or although it said no. */
const unasked = (ends: Ends): readonly string[] =>
  Object.entries(comparisons).flatMap(([which, meant]) => {
    const end = which as Which;
    const { compared } = deniedAt(ends, end, -1);
    const found = compared.slice(0, meant.length).join() === meant.join() ? [] : [`${end} compares ${compared.slice(0, meant.length).join()}`];
    for (const nth of meant.keys()) {
      const { line } = deniedAt(ends, end, nth);
      if (line.station.told('session.failed') + line.events('alarm').length === 0) found.push(`${end} does not obey at ${nth}`);
    }
    return found;
  });

describe('B15: an end', () => {
  it('asks isEqual for each cryptogram and each MAC, and obeys it', () => {
    expect(unasked(shipped)).toEqual([]);
  });

  const planted: readonly (Change & { readonly name: string })[] = [
    {
      name: 'the MAC of a command',
      file: 'session-cipher.ts',
      from: 'this.#crypto.isEqual(mac, full.subarray(0, macBytes))',
      to: 'mac.every((byte, at) => byte === full[at])',
    },
    {
      name: 'the server cryptogram',
      file: 'secure-channel.ts',
      from: 'this.crypto.isEqual(serverCryptogram, cipher.serverCryptogram)',
      to: 'serverCryptogram.every((byte, at) => byte === cipher.serverCryptogram[at])',
    },
    {
      name: 'the client cryptogram',
      file: 'secure-channel.ts',
      from: 'this.crypto.isEqual(clientCryptogram, cipher.clientCryptogram)',
      to: 'clientCryptogram.join() === cipher.clientCryptogram.join()',
    },
    {
      name: 'the first MAC',
      file: 'secure-channel.ts',
      from: 'this.crypto.isEqual(initialMac, cipher.initialMac)',
      to: 'initialMac.every((byte, at) => byte === cipher.initialMac[at])',
    },
  ];

  it.each(planted)('would be found comparing $name by itself', async (change) => {
    expect(unasked(await endsWith(change))).not.toEqual([]);
    expect(findings(sourceOf('src/osdp/planted.ts', change.to))).not.toEqual([]);
  });
});
