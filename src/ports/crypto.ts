/** The cryptography doorpad asks for. Shapes in bytes; no method throws for lengths stated here. */
import type { SecretBytes } from '../shared/secret-bytes.ts';

/**
 * One AES-128 key (FIPS 197) at work for as long as a session lasts: what it costs to set up is paid once. Made from a copy of
 * the key, so a later `wipe()` of it does not end this; to end it, let go of it. Every answer is new bytes, the caller's to keep.
 */
export interface Aes128 {
  /** ECB of exactly 16 bytes (NIST SP 800-38A §6.1). */
  encryptBlock(block: Uint8Array): Uint8Array;
  /** CBC without padding (NIST SP 800-38A §6.2): 16 bytes to start from, and one or more whole blocks of 16. */
  encryptCbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** The way back of `encryptCbc`, for the same shapes. */
  decryptCbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array;
}

export interface Crypto {
  /** 32 bytes (FIPS 180-4). */
  sha256(message: Uint8Array): Uint8Array;
  /** 32 bytes (RFC 2104). */
  hmacSha256(key: SecretBytes, message: Uint8Array): Uint8Array;
  /** AES-128 with a key of 16 bytes. */
  aes128(key: SecretBytes): Aes128;
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
