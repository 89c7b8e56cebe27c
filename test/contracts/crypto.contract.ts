/** What every Crypto keeps, shown by the vectors of the standards. */
import { describe, expect, it } from 'vitest';
import type { Crypto } from '../../src/ports/crypto.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const repeated = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte);

/** FIPS 180-4 examples, as NIST publishes them with the standard: message, digest. */
const sha256Vectors: readonly (readonly [string, Uint8Array, string])[] = [
  ['an empty message', ascii(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['one block', ascii('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'two blocks',
    ascii('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a million times a', repeated(0x61, 1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
];

/** RFC 4231 §4.2–4.8 (case 5 shows a cut tag): case, key, data, HMAC-SHA-256. */
const hmacVectors: readonly (readonly [number, Uint8Array, Uint8Array, string])[] = [
  [1, repeated(0x0b, 20), ascii('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [2, ascii('Jefe'), ascii('what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  [3, repeated(0xaa, 20), repeated(0xdd, 50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    4,
    bytes('0102030405060708090a0b0c0d0e0f10111213141516171819'),
    repeated(0xcd, 50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [5, repeated(0x0c, 20), ascii('Test With Truncation'), 'a3b6167473100ee06e0c796c2955552b'],
  [
    6,
    repeated(0xaa, 131),
    ascii('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    7,
    repeated(0xaa, 131),
    ascii(
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
];

/** RFC 8032 §7.1: seed, public key, message, signature. */
const ed25519Vectors: readonly (readonly [string, string, string, string, string])[] = [
  [
    'TEST 1',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    'TEST 2',
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'TEST 3',
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'TEST SHA(abc)',
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
];

/** NIST SP 800-38A F.1.1, F.2.1 and FIPS 197 C.1: one key, four blocks, their ECB and their CBC. */
const aes = {
  key: '2b7e151628aed2a6abf7158809cf4f3c',
  iv: '000102030405060708090a0b0c0d0e0f',
  plain: [
    '6bc1bee22e409f96e93d7e117393172a',
    'ae2d8a571e03ac9c9eb76fac45af8e51',
    '30c81c46a35ce411e5fbc1191a0a52ef',
    'f69f2445df4f9b17ad2b417be66c3710',
  ],
  ecb: [
    '3ad77bb40d7a3660a89ecaf32466ef97',
    'f5d3d58503b9699de785895a96fdbaaf',
    '43b1cd7f598ece23881b00e3ed030688',
    '7b0c785e27e8ad3f8223207104725dd4',
  ],
  cbc: [
    '7649abac8119b246cee98e9b12e9197d',
    '5086cb9b507219ee95db113a917678b2',
    '73bed6b8e3c1743b7116e69e22229516',
    '3ff1caa1681fac09120eca307586e1a7',
  ],
} as const;
const fips197 = { key: '000102030405060708090a0b0c0d0e0f', plain: '00112233445566778899aabbccddeeff', cipher: '69c4e0d86a7b0430d8cdb78070b4c55a' };

export function describeCrypto(name: string, make: () => Crypto): void {
  describe(`${name} keeps the Crypto contract`, () => {
    const crypto = make();

    it.each(sha256Vectors)('digests %s as FIPS 180-4 says', (_, message, digest) => {
      expect(hex(crypto.sha256(message))).toBe(digest);
    });

    it.each(hmacVectors)('gives the tag of RFC 4231 case %i', (_, key, data, tag) => {
      expect(hex(crypto.hmacSha256(new SecretBytes(key), data)).slice(0, tag.length)).toBe(tag);
    });

    it('gives another tag once the key was wiped', () => {
      const key = new SecretBytes(repeated(0x0b, 20));
      const before = crypto.hmacSha256(key, ascii('Hi There'));
      key.wipe();
      expect(crypto.hmacSha256(key, ascii('Hi There'))).not.toEqual(before);
    });

    it('encrypts blocks as FIPS 197 C.1 and SP 800-38A F.1.1', () => {
      expect(hex(crypto.aes128(new SecretBytes(bytes(fips197.key))).encryptBlock(bytes(fips197.plain)))).toBe(fips197.cipher);
      const cipher = crypto.aes128(new SecretBytes(bytes(aes.key)));
      expect(aes.plain.map((block) => hex(cipher.encryptBlock(bytes(block))))).toEqual(aes.ecb);
    });

    it('chains 1 to 4 blocks there and back as SP 800-38A F.2, time after time, from any start', () => {
      const cipher = crypto.aes128(new SecretBytes(bytes(aes.key)));
      for (const count of [4, 1, 3, 2, 4, 1]) {
        const plain = bytes(aes.plain.slice(0, count).join(''));
        const secret = bytes(aes.cbc.slice(0, count).join(''));
        expect(hex(cipher.encryptCbc(bytes(aes.iv), plain))).toBe(hex(secret));
        expect(hex(cipher.decryptCbc(bytes(aes.iv), secret))).toBe(hex(plain));
        // The chain may be taken up anywhere: each block's start is the cipher text before it.
        expect(hex(cipher.encryptCbc(bytes(aes.cbc[2]), bytes(aes.plain[3])))).toBe(aes.cbc[3]);
        expect(hex(cipher.decryptCbc(bytes(aes.cbc[0]), bytes(aes.cbc[1])))).toBe(aes.plain[1]);
        expect([hex(plain), hex(secret)]).toEqual([aes.plain.slice(0, count).join(''), aes.cbc.slice(0, count).join('')]);
      }
    });

    it('goes on with an AES key after the secret it was made from is wiped', () => {
      const key = new SecretBytes(bytes(aes.key));
      const cipher = crypto.aes128(key);
      key.wipe();
      expect(hex(cipher.encryptBlock(bytes(aes.plain[0])))).toBe(aes.ecb[0]);
      expect(hex(cipher.encryptCbc(bytes(aes.iv), bytes(aes.plain[0])))).toBe(aes.cbc[0]);
    });

    it('refuses AES keys, blocks and starts of any other length', () => {
      const cipher = crypto.aes128(new SecretBytes(bytes(aes.key)));
      for (const length of [0, 15, 17, 24, 32]) {
        expect(() => crypto.aes128(new SecretBytes(repeated(1, length)))).toThrow('an AES-128 key has 16 bytes');
        expect(() => cipher.encryptBlock(repeated(1, length))).toThrow('a block has 16 bytes');
        expect(() => cipher.encryptCbc(repeated(1, length), repeated(1, 16))).toThrow('CBC starts from 16 bytes');
        expect(() => cipher.decryptCbc(repeated(1, length), repeated(1, 16))).toThrow('CBC starts from 16 bytes');
      }
      for (const length of [0, 15, 17]) {
        expect(() => cipher.encryptCbc(repeated(1, 16), repeated(1, length))).toThrow('CBC takes whole blocks');
        expect(() => cipher.decryptCbc(repeated(1, 16), repeated(1, length))).toThrow('CBC takes whole blocks');
      }
    });

    it.each(ed25519Vectors)('signs and verifies as RFC 8032 §7.1 %s', (_, seed, publicKey, message, signature) => {
      expect(hex(crypto.sign(new SecretBytes(bytes(seed)), bytes(message)))).toBe(signature);
      expect(crypto.verify(bytes(publicKey), bytes(message), bytes(signature))).toBe(true);
    });

    it('makes signing keys that differ and whose signatures verify with their own public key only', () => {
      const one = crypto.newSigningKey();
      const other = crypto.newSigningKey();
      expect([one.seed.length, one.publicKey.length]).toEqual([32, 32]);
      expect(one.publicKey).not.toEqual(other.publicKey);
      const signature = crypto.sign(one.seed, ascii('table'));
      expect(signature).toHaveLength(64);
      expect(crypto.verify(one.publicKey, ascii('table'), signature)).toBe(true);
      expect(crypto.verify(other.publicKey, ascii('table'), signature)).toBe(false);
    });

    it('does not verify when any one bit of key, message or signature is flipped', () => {
      const { seed, publicKey } = crypto.newSigningKey();
      const message = ascii('site 7, reader 12, version 31');
      const signature = crypto.sign(seed, message);
      const flipped = (value: Uint8Array, bit: number): Uint8Array =>
        value.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      for (let bit = 0; bit < 256; bit += 5) expect(crypto.verify(flipped(publicKey, bit), message, signature)).toBe(false);
      for (let bit = 0; bit < message.length * 8; bit += 5) expect(crypto.verify(publicKey, flipped(message, bit), signature)).toBe(false);
      for (let bit = 0; bit < 512; bit += 5) expect(crypto.verify(publicKey, message, flipped(signature, bit))).toBe(false);
    });

    it('says no, and does not throw, to keys and signatures that are none', () => {
      const { seed, publicKey } = crypto.newSigningKey();
      const signature = crypto.sign(seed, ascii('m'));
      for (const length of [0, 1, 31, 33, 64, 1_000]) {
        expect(crypto.verify(repeated(7, length), ascii('m'), signature)).toBe(false);
        if (length !== 64) expect(crypto.verify(publicKey, ascii('m'), repeated(7, length))).toBe(false);
      }
      for (let trial = 0; trial < 64; trial++) expect(crypto.verify(crypto.randomBytes(32), ascii('m'), crypto.randomBytes(64))).toBe(false);
      for (const byte of [0x00, 0xff]) expect(crypto.verify(repeated(byte, 32), ascii('m'), repeated(0xff, 64))).toBe(false);
    });

    it('draws random bytes of every length asked for, and never the same 16 twice in 10 000', () => {
      for (const length of [1, 8, 16, 65_536]) expect(crypto.randomBytes(length)).toHaveLength(length);
      const drawn = new Set(Array.from({ length: 10_000 }, () => hex(crypto.randomBytes(16))));
      expect(drawn.size).toBe(10_000);
    });

    it.each([0, -1, 65_537, Number.NaN])('refuses to draw %d random bytes', (length) => {
      expect(() => crypto.randomBytes(length)).toThrow('random bytes come');
    });

    it('compares whole values; different lengths are unequal', () => {
      expect(crypto.isEqual(bytes('0102'), bytes('0102'))).toBe(true);
      expect(crypto.isEqual(bytes(''), bytes(''))).toBe(true);
      expect(crypto.isEqual(bytes('0102'), bytes('0103'))).toBe(false);
      expect(crypto.isEqual(bytes('0102'), bytes('010200'))).toBe(false);
    });
  });
}
