/** The cryptography doorpad asks for. Shapes in bytes; no method throws for lengths stated here. */
import type { SecretBytes } from '../shared/secret-bytes.ts';

export interface Crypto {
  /** 32 bytes (FIPS 180-4). */
  sha256(message: Uint8Array): Uint8Array;
  /** 32 bytes (RFC 2104). */
  hmacSha256(key: SecretBytes, message: Uint8Array): Uint8Array;
  /** `length` (1..65 536) bytes from the system's generator. */
  randomBytes(length: number): Uint8Array;
  /** Compares in time that depends on the lengths only; different lengths are unequal. */
  isEqual(left: Uint8Array, right: Uint8Array): boolean;
  /** Ed25519 (RFC 8032): a new 32-byte seed and its 32-byte public key. */
  newSigningKey(): { readonly seed: SecretBytes; readonly publicKey: Uint8Array };
  /** 64-byte signature with a 32-byte seed. */
  sign(seed: SecretBytes, message: Uint8Array): Uint8Array;
  /** False for a wrong signature, and for a key or signature that is none. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
