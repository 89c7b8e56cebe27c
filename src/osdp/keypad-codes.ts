/** The bytes a keypad's keys are on the line (OSDP.md §6). Which of them a door knows is for link/. */

export const lineKeys = {
  '0': 0x30,
  '1': 0x31,
  '2': 0x32,
  '3': 0x33,
  '4': 0x34,
  '5': 0x35,
  '6': 0x36,
  '7': 0x37,
  '8': 0x38,
  '9': 0x39,
  /** Also clear and delete. */
  '*': 0x7f,
  /** Also enter. */
  '#': 0x0d,
  F1: 0x41,
  F2: 0x42,
  F3: 0x43,
  F4: 0x44,
  'F1+F2': 0x45,
  'F2+F3': 0x46,
  'F3+F4': 0x47,
  'F1+F4': 0x48,
} as const;
export type LineKey = keyof typeof lineKeys;

const keys = new Map(Object.entries(lineKeys).map(([key, code]) => [code as number, key as LineKey]));

/** Undefined for a byte that is no key. */
export const lineKeyOf = (byte: number): LineKey | undefined => keys.get(byte);
