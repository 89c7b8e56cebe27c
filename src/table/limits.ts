/** How much of everything a table may hold. Reaching a limit refuses the whole file with `tooLarge`; nothing is cut. */

/** Persons in one table (SECURITY C14). The benchmarks of DESIGN §5 are run at this size. */
export const maxPersons = 250_000;
/** Credentials in one table. */
export const maxCredentials = 1_000_000;
/** Cards of one person. */
export const maxCards = 16;
/** Bytes of a snapshot or delta, header included: above 250,000 persons with 1,000,000 credentials and every optional field. */
export const maxFileBytes = 16 * 1024 * 1024;
/** Bytes of a revocation file, header included. */
export const maxRevocationFileBytes = 65_536;
/** Revoked persons and tags in force at a time: every look-up reads them all. */
export const maxRevoked = 4_096;
/** Bytes `receive` takes in one call. */
export const maxChunkBytes = 65_536;

export interface TableLimits {
  readonly persons: number;
  readonly credentials: number;
  readonly fileBytes: number;
}

export const defaultLimits: TableLimits = {
  persons: maxPersons,
  credentials: maxCredentials,
  fileBytes: maxFileBytes,
};
