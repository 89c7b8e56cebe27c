/** What a running reader needs of its keys. Where they lie is whoever starts it's; the key of the line is line-side.ts's. */
import type { SecretBytes } from '../shared/secret-bytes.ts';
import type { Trust } from '../table/header.ts';

export interface ReaderKeys {
  /** Whom it obeys. */
  readonly trust: Trust;
  /** Of its tags, 32 bytes. */
  readonly tableKey: SecretBytes;
}
