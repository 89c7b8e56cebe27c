/** What a mock reader says it is: facts that no test is about. */
import { defaultPolicy } from '../../src/access/policy.ts';
import type { DoorStatus, RulesStatus } from '../../src/link/messages.ts';
import type { PdDescription } from '../../src/osdp/pd-device.ts';
import { toldRules } from '../../src/reader/told-rules.ts';

export const mockDescription: PdDescription = {
  identity: { oui: 0x504402, model: 1, version: 1, serial: 1, firmware: { major: 0, minor: 1, build: 0 } },
  baudRates: [9_600, 38_400, 115_200],
  receiveBytes: 1_440,
  readers: 1,
  leds: 1,
  colors: ['red', 'green', 'amber'],
  hasBuzzer: true,
  readsCards: true,
  inputs: 0,
  outputs: 0,
  canInvertOutputs: false,
};

export const mockDoor: DoorStatus = {
  page: 'door',
  mode: 'cardAndPin',
  deciding: 'reader',
  model: 'RPK40',
  lockoutMs: 0,
  settingsHash: new Uint8Array(32),
  software: 'mock',
  isDoorOpen: false,
  isTampered: false,
  isUnlocked: false,
  isLockedOut: false,
  isLowSecurity: false,
};

export const mockRules: RulesStatus = { page: 'rules', ...toldRules(defaultPolicy) };
