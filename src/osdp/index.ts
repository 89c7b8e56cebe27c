/**
 * OSDP v2.2 for Node, both ends of the line, as `doorpad/osdp`: what of this folder is for others to use. None of it does input or output or
 * knows a timer: bytes and the time go in, bytes and events come out (src/osdp/README.md has an example).
 */
export type { Aes128, Crypto } from '../ports/crypto.ts';
export type { Result } from '../shared/result.ts';
export { SecretBytes } from '../shared/secret-bytes.ts';
export type {
  AcuEvent,
  Alarm,
  FileOutcome,
  FileRefusal,
  FileToSend,
  KeyRefusal,
  OfflineReason,
  OrderCommand,
  OrderName,
  OrderOutcome,
  OrderRefusal,
  Pairing,
  PdSettings,
  Priority,
} from './acu-events.ts';
export { AcuLine, type AcuLineListener, type AcuLineSettings, maxPdsOnLine, replyTimeoutMs } from './acu-line.ts';
export type { Capabilities, Capability, FunctionName } from './capabilities.ts';
export { type Capture, type CapturedBytes, type CapturedNote, type CaptureFault, readCapture } from './capture.ts';
export { type Command, type CommandName, type CommandPayload, commandNameOf, commands, decodeCommand, encodeCommand } from './commands.ts';
export type { FileManners, FileSink, FileStep } from './file-receiver.ts';
export {
  type Check,
  configurationAddress,
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameParts,
  type FrameRefusal,
  leastFrameBytes,
  maxFrameBytes,
  type SecurityBlock,
  scs,
} from './frame.ts';
export { type DropReason, Framer, type FramerLimits, type FramerListener, nominalGapMs } from './framer.ts';
export { type LineKey, lineKeyOf, lineKeys } from './keypad-codes.ts';
export { type Heard, Listener, type Verdict } from './listener.ts';
export { type NakReason, nakCodes, nakReasonOf } from './nak.ts';
export { offlineMs, type PdEvent, type PdListener, type PdOptions, PdSession } from './pd.ts';
export type { PdDescription } from './pd-device.ts';
export type { MfgAnswer, PdHands } from './pd-handlers.ts';
export type { PdIndicators } from './pd-indicators.ts';
export type { PdKeySet } from './pd-keys.ts';
export type { Keep, Kept, LineSettings } from './pd-line-settings.ts';
export type { Report, ReportDrop, StatusName } from './pd-reports.ts';
export type { PdPolicy, SecurityEvent } from './pd-security.ts';
export { type Color, colors, fileStatus } from './records.ts';
export { decodeReply, encodeReply, type Reply, type ReplyName, type ReplyPayload, replies, replyNameOf } from './replies.ts';
export { isWeakScbk, newDefaultScbk, scbkBytes } from './scbk.ts';
export { AcuSecureChannel, type ChannelRefusal, type HandshakeRefusal, PdSecureChannel } from './secure-channel.ts';
