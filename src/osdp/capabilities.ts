/** What a PD says it can do: the functions of PDCAP (OSDP.md §8). What follows from it is a session's. */
import { arrayOf, record, u8, type ValueOf } from './schema.ts';

/** OSDP.md §8, by name; what level and number mean stands there. */
export const functionCodes = {
  contactInputs: 1,
  outputs: 2,
  cardData: 3,
  leds: 4,
  buzzer: 5,
  text: 6,
  time: 7,
  check: 8,
  security: 9,
  receiveBuffer: 10,
  combinedMessage: 11,
  smartCard: 12,
  readers: 13,
  biometrics: 14,
  securePinEntry: 15,
  version: 16,
  extendedIdentity: 17,
} as const;
export type FunctionName = keyof typeof functionCodes;

export interface Capability {
  /** 0..255: how well, in the function's own grades. */
  readonly level: number;
  /** 0..255: how many. */
  readonly number: number;
}

export type Capabilities = { readonly [Name in FunctionName]?: Capability };

/** The payload of PDCAP: any function codes, known or not. */
export const capabilityList = arrayOf(record({ function: u8, level: u8, number: u8 }));
type CapabilityList = ValueOf<typeof capabilityList>;

/** Functions nobody here knows are skipped (OSDP.md §8); said twice, the first counts. */
export const capabilitiesFrom = (list: CapabilityList): Capabilities => {
  const found: { [Name in FunctionName]?: Capability } = {};
  for (const [name, code] of Object.entries(functionCodes) as [FunctionName, number][]) {
    const said = list.find((entry) => entry.function === code);
    if (said !== undefined) found[name] = { level: said.level, number: said.number };
  }
  return found;
};

/** In the order of their codes. */
export const capabilityListOf = (capabilities: Capabilities): CapabilityList =>
  (Object.entries(functionCodes) as [FunctionName, number][]).flatMap(([name, code]) => {
    const capability = capabilities[name];
    return capability === undefined ? [] : [{ function: code, ...capability }];
  });

/** Of `receiveBuffer` and `combinedMessage`, whose level and number are one size in bytes. */
export const bytesOf = ({ level, number }: Capability): number => level | (number << 8);
export const capabilityOfBytes = (size: number): Capability => ({ level: size & 0xff, number: size >> 8 });
