/**
 * What in the captures is not as OSDP.md says it should be: faults of the recorded peers, and what a test program put on the line wrong on
 * purpose. The one list of exceptions of captures.test.ts; each must still be met there.
 */

interface Exception {
  readonly capture: string;
  /** The burst of bytes, or its beginning. */
  readonly hex: string;
  readonly what: string;
}

/** libosdp's PD sends status replies to their own commands with the block of a command and their data in clear (OSDP.md §13, §14.3). */
export const statusRepliesInClear = {
  captures: ['err_sc', 'sc_install', 'sc_scbk'],
  /** LSTATR, ISTATR, OSTATR, RSTATR. */
  codes: [0x48, 0x49, 0x4a, 0x4b],
} as const;

/** Bursts in which bytes were dropped, and as what. */
export const dropped: readonly (Exception & { readonly reasons: readonly string[] })[] = [
  { capture: 'cp_badcrc', hex: 'ff5381080006406a35', what: 'an ACK with a wrong CRC', reasons: ['check'] },
  { capture: 'err_plain', hex: 'ff530108000660d899', what: 'a wrong CRC', reasons: ['check'] },
  { capture: 'err_plain', hex: 'ff5301090007605d23', what: 'a length too long by 1', reasons: ['gap'] },
  { capture: 'err_plain', hex: 'ff53010700036017', what: 'a wrong checksum', reasons: ['check'] },
  { capture: 'err_plain', hex: '0011535398ff530108000660d866', what: 'garbage before a frame', reasons: ['noise', 'length'] },
  { capture: 'err_sc', hex: 'ff53010e000f02156043b5724898e6', what: 'a wrong CRC in a session', reasons: ['check'] },
];

/** Frames that their parts do not make again. */
export const notMadeAgain: readonly Exception[] = [
  { capture: 'err_plain', hex: 'ff530108003760', what: 'reserved control bits set: read, and never sent' },
];

/** Frames of a session that are taken, yet would be sealed otherwise. */
export const sealedOtherwise: readonly Exception[] = [
  { capture: 'err_sc', hex: 'ff53011e000e021760a401702c7a79', what: 'an encrypted block of padding alone: we send none' },
  { capture: 'err_sc', hex: 'ff53010e000e0217600159d4c8', what: 'an encrypted block of nothing: we send none, and take it (OSDP.md §12)' },
];

/** Commands whose payload is refused, by the note before them; the NAK is ours. */
export const refusedCommands: Readonly<Record<string, readonly string[]>> = {
  err_args: [
    'POLL with 1 data byte: wrongLength',
    'LSTAT with data: wrongLength',
    'OUT 3 bytes: wrongLength',
    'OUT 0 bytes: wrongLength',
    'OUT control code 9: wrongRecord',
    'LED 13 bytes: wrongLength',
    'LED color 9: wrongRecord',
    'BUZ tone 7: wrongRecord',
    'BUZ 4 bytes: wrongLength',
    'TEXT length byte larger than data: wrongLength',
    'TEXT length shorter than data: wrongLength',
    'COMSET 4 bytes: wrongLength',
    'MFG 2 bytes: wrongLength',
    'ACURXSIZE 1 byte: wrongLength',
    'KEEPACTIVE no data: wrongLength',
    'ABORT with data: wrongLength',
    'KEYSET type 0: wrongLength',
    'KEYSET length 15: wrongLength',
  ],
  err_plain: [
    'unknown command 0x9F: unknownCommand',
    'unknown command 0x63 (DIAG, withdrawn): unknownCommand',
    'RMODE 0x6C: unknownCommand',
    'TDSET 0x6D: unknownCommand',
  ],
  err_sc: [
    'CHLNG with only 7 bytes: wrongLength',
    'unknown command inside SC: unknownCommand',
    'wrong length inside SC: wrongLength',
    'new handshake; KEYSET wrong type/len: wrongLength',
    'new handshake; KEYSET wrong type/len: wrongLength',
  ],
};

/** Payloads that are read, and written in the one form we have. */
export const writtenOtherwise: Readonly<Record<string, readonly string[]>> = {
  err_args: ['ID with no data:  → 00', 'CAP with no data:  → 00'],
  err_plain: ['PIVDATA: 5fc102000000 → 5fc1020000'],
};

/** Where our ACU means to speak otherwise than the recorded one: after how many frames that are the same, what, and why. */
export const acuDiffers: Readonly<Record<string, { readonly after: number; readonly ours: string; readonly why: string }>> = {
  cp_busy: { after: 6, ours: '530116000669000000000000', why: 'after BUSY the same bytes again, not another sequence (OSDP.md §4)' },
  cp_ft_delay: { after: 8, ours: '530108000660d866', why: 'polls at times of its own while a file waits' },
  cp_ft_finish: { after: 8, ours: '530108000660d866', why: 'polls at times of its own while a file waits' },
  cp_ft_max: { after: 5, ours: '53018000067c0158020000df', why: 'keeps to the longest message the PD asked for (OSDP.md §9)' },
  cp_ft_pollresp: { after: 6, ours: '5301f200077c0158020000df', why: 'goes on with the file after the one poll the PD asked for (OSDP.md §9)' },
  cp_nak1: { after: 5, ours: '530116000569000000000000', why: 'says a damaged command again, and keeps to the CRC' },
  sc_install: { after: 3, ours: '530109000461006023', why: 'SCBK-D is not tried on a paired reader' },
  sc_scbk: { after: 66, ours: '53010e000d021560ab5b9a1c', why: 'the new key is weak, and not set' },
};
