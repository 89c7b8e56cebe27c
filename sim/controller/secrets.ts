/** What a store needs beside the disk: to seal and open, to find what is sealed, and to compare. Made of the site key, which lies elsewhere. */
import type { Crypto } from '../../src/ports/crypto.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { CredentialTags } from './credential-tags.ts';
import { SecretBox } from './secret-box.ts';

export interface Secrets {
  readonly crypto: Crypto;
  readonly box: SecretBox;
  readonly tags: CredentialTags;
}

export const secretsOf = (crypto: Crypto, siteKey: SecretBytes): Secrets => ({
  crypto,
  box: new SecretBox(crypto, siteKey),
  tags: new CredentialTags(crypto, siteKey),
});
