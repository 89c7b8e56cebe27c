/** Finds what looks like a real secret in the project's own files (SECURITY J9). Test vectors are published keys: test/vectors is not read. */
import { lineAt } from '../tidy/source.ts';

const patterns: readonly [what: string, pattern: RegExp][] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/g],
  ['a token of a forge', /\b(?:gh[pousr]_\w{36}|github_pat_\w{22,}|glpat-[\w-]{20})/g],
  ['a token of the registry', /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*\S/g],
  ['a cloud key', /\bAKIA[0-9A-Z]{16}\b|\bxox[abprs]-[\w-]{10,}/g],
  ['a password in an address', /\b[a-z][a-z+.-]*:\/\/[^\s/:@'"`$]+:[^\s/@'"`$]+@/g],
];

/**
 * A 16- or 32-byte key written out. Only the product must have none: tests use published ones. What begins like a DER header (a sequence whose
 * first element is a sequence or an integer) is what stands before a key, not a key.
 */
const keyLiteral =
  /(?<=['"`])(?!30[0-9A-Fa-f]{2}0[23])(?:[0-9A-Fa-f]{2}[ :]?){15}[0-9A-Fa-f]{2}(?:[ :]?(?:[0-9A-Fa-f]{2}[ :]?){15}[0-9A-Fa-f]{2})?(?=['"`])/g;

/** What looks like a secret in this file, a sentence each, without the secret. */
export function secretsIn(path: string, text: string): string[] {
  const all = /^(?:src|sim|hardware)\//.test(path) ? [...patterns, ['a key', keyLiteral] as const] : patterns;
  return all.flatMap(([what, pattern]) => [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)} looks like ${what}`));
}
