/** Why a PD refuses a command (OSDP.md §4), and which refusal a payload that cannot be read earns. When a PD says so is its session's. */
import type { PayloadRefusal } from './schema.ts';

export const nakCodes = {
  badCheck: 1,
  wrongLength: 2,
  unknownCommand: 3,
  wrongSequence: 4,
  securityUnsupported: 5,
  encryptionRequired: 6,
  biometricTypeUnsupported: 7,
  biometricFormatUnsupported: 8,
  wrongRecord: 9,
} as const;
export type NakReason = keyof typeof nakCodes;

const reasons = new Map(Object.entries(nakCodes).map(([reason, code]) => [code as number, reason as NakReason]));

/** Undefined for codes that are private, proposed or not defined: an ACU must live with any. */
export const nakReasonOf = (code: number): NakReason | undefined => reasons.get(code);

export const nakReasonFor = (refusal: PayloadRefusal): NakReason => (refusal === 'length' ? 'wrongLength' : 'wrongRecord');
