/**
 * The event catalogue: every event's stable code, its class, and its text in each display profile. Codes never change
 * their meaning and are what programs compare; texts are for people only (DESIGN §1; FIELD §2.6).
 */

/**
 * What an event is worth when the journal must choose: `grant` and `alarm` are never pushed out by `deny` or `info`.
 */
export type EventClass = 'grant' | 'alarm' | 'deny' | 'info';

export const profiles = ['genea-2021', 'genea-2025'] as const;
export type Profile = (typeof profiles)[number];
export const defaultProfile: Profile = 'genea-2021';

/** One row: class, then the display text of profile genea-2021, then of genea-2025. */
const catalogue = {
  'access.granted': ['grant', 'Access Granted', 'Access Granted'],
  'access.unlockedUse': ['info', 'Access - Door Unlocked', 'Access - Door Unlocked'],
  'duress.used': ['alarm', 'Duress PIN Used', 'Duress Alarm'],

  'pin.wrong': ['deny', 'Deny Access - Wrong PIN', 'Access Denied - Invalid PIN'],
  'credential.notFound': ['deny', 'Deny Access - Card/PIN Not Found', 'Access Denied - Card/PIN Not Found'],
  'credential.expired': ['deny', 'Deny Access - Expired', 'Access Denied - Expired'],
  'credential.notYetValid': ['deny', 'Deny Access - Not Active', 'Access Denied - Not Active'],
  'credential.noUsesLeft': ['deny', 'Deny Access - No Uses Left', 'Access Denied - No Uses Left'],
  'credential.timeUntrusted': ['deny', 'Deny Access - Clock Not Set', 'Access Denied - Clock Not Set'],
  'credential.noPin': ['deny', 'Deny Access - No PIN Assigned', 'Access Denied - No PIN Assigned'],
  'pin.timeout': ['deny', 'Deny Access - PIN Timeout', 'Access Denied - PIN Timeout'],
  'pin.abandoned': ['info', 'PIN Entry Abandoned', 'PIN Entry Abandoned'],
  'pin.late': ['info', 'PIN Too Late', 'PIN Too Late'],
  'pin.cardFirst': ['info', 'PIN Without Card', 'PIN Without Card'],
  'pin.notAsked': ['info', 'PIN Not In Use', 'PIN Not In Use'],
  'pin.hinted': ['info', 'PIN Without #', 'PIN Without #'],
  'card.notAsked': ['deny', 'Deny Access - Card Not In Use', 'Access Denied - Card Not In Use'],
  'door.locked': ['deny', 'Deny Access - Door Locked', 'Access Denied - Door Is Locked'],
  'offline.limited': ['deny', 'Deny Access - Reader Offline', 'Access Denied - Host Approval Timed Out'],
  'table.missing': ['deny', 'Deny Access - No PIN Table', 'Access Denied - No PIN Table'],
  'table.damaged': ['alarm', 'Deny Access - Record Damaged', 'Access Denied - Record Damaged'],
  'decision.failed': ['alarm', 'Deny Access - Fault', 'Access Denied - Fault'],
  'record.failed': ['alarm', 'Deny Access - Not Recorded', 'Access Denied - Not Recorded'],
  'strike.unreachable': ['alarm', 'Deny Access - Strike Unreachable', 'Access Denied - Strike Unreachable'],
  'strike.failed': ['alarm', 'Deny Access - Strike Fault', 'Access Denied - Strike Fault'],

  'lockout.started': ['alarm', 'PIN Entry Locked Out', 'PIN Entry Locked Out'],
  'lockout.attempts': ['deny', 'Deny Access - PIN Entry Locked Out', 'Access Denied - PIN Entry Locked Out'],
  'lockout.ended': ['info', 'PIN Entry Restored', 'PIN Entry Restored'],
  'lockout.cleared': ['info', 'Lockout Cleared', 'Lockout Cleared'],

  'door.unlocked': ['grant', 'Door Unlocked', 'Door Unlocked'],
  'door.relocked': ['info', 'Door Relocked', 'Door Relocked'],
  'door.forced': ['alarm', 'Door Forced Open', 'Door Forced Open'],
  'door.heldOpen': ['alarm', 'Door Held Open', 'Door Held Open'],
  'door.closed': ['info', 'Door Closed', 'Door Closed'],
  'rex.pressed': ['info', 'Request To Exit', 'Request To Exit'],
  'tamper.opened': ['alarm', 'Tamper', 'Tamper'],
  'tamper.closed': ['info', 'Tamper Restored', 'Tamper Restored'],
  'key.stuck': ['alarm', 'Key Stuck', 'Key Stuck'],
  'key.freed': ['info', 'Key Freed', 'Key Freed'],
  'key.flood': ['alarm', 'Keys Too Fast', 'Keys Too Fast'],
  'card.flood': ['alarm', 'Cards Too Fast', 'Cards Too Fast'],
  'submit.dropped': ['alarm', 'Submissions Dropped', 'Submissions Dropped'],
  'device.lost': ['alarm', 'Device Lost', 'Device Lost'],
  'device.found': ['info', 'Device Found', 'Device Found'],
  'link.lost': ['alarm', 'Link Lost', 'Link Lost'],
  'link.found': ['info', 'Link Found', 'Link Found'],
  'line.silent': ['alarm', 'Line Silent', 'Line Silent'],
  'line.guessed': ['alarm', 'Line Key Guessed At', 'Line Key Guessed At'],
  'line.keyChanged': ['alarm', 'Line Key Changed', 'Line Key Changed'],
  'line.moved': ['info', 'Line Address Or Rate Changed', 'Line Address Or Rate Changed'],

  'decides.changed': ['info', 'Who Decides Changed', 'Who Decides Changed'],
  'install.opened': ['alarm', 'Install Mode Opened', 'Install Mode Opened'],
  'install.closed': ['info', 'Install Mode Closed', 'Install Mode Closed'],
  'mode.changed': ['info', 'Mode Changed', 'Mode Changed'],
  'mode.refused': ['alarm', 'Mode Refused', 'Mode Refused'],
  'order.obeyed': ['info', 'Order Obeyed', 'Order Obeyed'],
  'order.refused': ['alarm', 'Order Refused', 'Order Refused'],
  'order.released': ['grant', 'Released By Order', 'Released By Order'],
  'card.enrolled': ['info', 'Card Read For Enrolment', 'Card Read For Enrolment'],
  'time.set': ['info', 'Clock Set', 'Clock Set'],
  'settings.changed': ['alarm', 'Settings Changed', 'Settings Changed'],
  'settings.refused': ['alarm', 'Settings Refused', 'Settings Refused'],
  'table.applied': ['info', 'PIN Table Applied', 'PIN Table Applied'],
  'table.refused': ['alarm', 'PIN Table Refused', 'PIN Table Refused'],
  'table.rolledBack': ['alarm', 'PIN Table Rolled Back', 'PIN Table Rolled Back'],
  'table.revoked': ['info', 'Revocation In Force', 'Revocation In Force'],
  'reader.started': ['info', 'Reader Started', 'Reader Started'],
  'selfTest.failed': ['alarm', 'Self-Test Failed', 'Self-Test Failed'],
  'update.received': ['info', 'Update Received', 'Update Received'],
  'update.refused': ['alarm', 'Update Refused', 'Update Refused'],
  'update.inForce': ['info', 'Update In Force', 'Update In Force'],
  'update.rolledBack': ['alarm', 'Update Rolled Back', 'Update Rolled Back'],
  'reader.stopped': ['info', 'Reader Stopped', 'Reader Stopped'],
  'journal.gap': ['alarm', 'Events Lost', 'Events Lost'],
  'journal.more': ['deny', 'Further Denials', 'Further Denials'],
  'journal.nearlyFull': ['alarm', 'Journal Nearly Full', 'Journal Nearly Full'],
  'journal.unackable': ['alarm', 'Acknowledgement Refused', 'Acknowledgement Refused'],
  'journal.damaged': ['alarm', 'Journal Damaged', 'Journal Damaged'],
} as const satisfies Record<string, readonly [EventClass, string, string]>;

export type EventCode = keyof typeof catalogue;
export const eventCodes = Object.keys(catalogue) as readonly EventCode[];

export const isEventCode = (code: string): code is EventCode => Object.hasOwn(catalogue, code);
export const classOf = (code: EventCode): EventClass => catalogue[code][0];

/** What people read, in the profile they chose. Never compare it. */
export const displayText = (code: EventCode, profile: Profile): string => catalogue[code][profile === 'genea-2021' ? 1 : 2];

/**
 * Facts of an event beside its code. No digits, no card numbers, no keys: a card shows its last two digits at most.
 * Numbers carry their unit in the name.
 */
export type EventFields = Readonly<Record<string, string | number | boolean>>;

export interface AccessEvent {
  readonly code: EventCode;
  /** Whom it is about, where that is known. */
  readonly person?: number | undefined;
  readonly fields?: EventFields | undefined;
}
