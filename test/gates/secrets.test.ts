/** The secrets gate finds planted secrets, and leaves alone what only resembles one. Planted ones are joined here, so as not to be found themselves. */
import { describe, expect, it } from 'vitest';
import { secretsIn } from './secrets.ts';

const join = (...parts: readonly string[]): string => parts.join('');

describe("a secret in the project's files", () => {
  it.each([
    ['a private key', join('-----BEGIN ', 'PRIVATE KEY-----')],
    ['a token of a forge', join('gh', 'p_', 'a'.repeat(36))],
    ['a token of the registry', join('npm', '_', 'a'.repeat(36))],
    ['a token of the registry', join('//registry.npmjs.org/:_auth', 'Token=abc')],
    ['a cloud key', join('AK', 'IA', 'A'.repeat(16))],
    ['a password in an address', join('postgres://door', ':', 'pad@db')],
  ])('is found, whatever its kind, and is not repeated in the finding: %s', (what, secret) => {
    expect(secretsIn('docs/a.md', `first line\n${secret}`)).toEqual([`docs/a.md:2 looks like ${what}`]);
  });

  it('is a key written out, in the product; tests use published ones', () => {
    for (const key of ['30'.repeat(16), 'ab'.repeat(32), Array(16).fill('0F').join(' '), Array(16).fill('0F').join(':')]) {
      expect(secretsIn('src/a.ts', `const key = '${key}';`)).toEqual(['src/a.ts:1 looks like a key']);
      expect(secretsIn('test/a.test.ts', `const key = '${key}';`)).toEqual([]);
    }
  });

  it('is not the DER header that stands before a key', () => {
    expect(secretsIn('src/a.ts', "'302e020100300506032b657004220420'")).toEqual([]);
  });

  it('is not an address without a password, a hash of another length or a word', () => {
    for (const text of ['https://example.org/a@b', "'abcdef0123456789'", `'${'a'.repeat(40)}'`, 'npm_config_registry'])
      expect(secretsIn('src/a.ts', text)).toEqual([]);
  });
});
