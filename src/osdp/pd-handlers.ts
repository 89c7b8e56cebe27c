/** What each command does to a PD, one handler for every command there is (OSDP.md §5). Whether it may come at all was decided before (pd.ts). */
import { capabilityListOf } from './capabilities.ts';
import type { CommandHandlers, CommandPayload } from './commands.ts';
import type { FileReceiver } from './file-receiver.ts';
import { leastFrameBytes, type SecurityBlock } from './frame.ts';
import { ack, nak, type PdAnswer } from './pd-answer.ts';
import { capabilitiesOf, extendedIdentityOf, type PdDescription } from './pd-device.ts';
import type { PdIndicators } from './pd-indicators.ts';
import type { LineSettings, PdLineSettings } from './pd-line-settings.ts';
import type { Report, ReportQueue, StatusChanges } from './pd-reports.ts';
import type { PdSecurity } from './pd-security.ts';
import type { Reply, ReplyPayload } from './replies.ts';

export type MfgAnswer = 'busy' | Extract<Reply, { name: 'ack' | 'nak' | 'mfgrep' | 'mfgstatr' | 'mfgerrr' }>;

/** The rest of the reader, as far as a session asks it. None of these may throw or wait. */
export interface PdHands {
  /** Tamper and power, now. */
  localStatus(): ReplyPayload<'lstatr'>;
  /** One number for each input (OSDP.md §6). */
  inputs(): readonly number[];
  /** One number for each reader. */
  readers(): readonly number[];
  /** Only called with `text` in the description. */
  showText(text: CommandPayload<'text'>): void;
  /**
   * A private command, by its maker's number; absent: unknown. `room`: most bytes of data that the reply may have. What takes longer is
   * acknowledged, and reported later (`nextReport`).
   */
  readonly mfg: ReadonlyMap<number, (data: Uint8Array, room: number) => MfgAnswer>;
  /**
   * What is to be said in answer to a POLL when no report waits: asked only in a session on the PD's own key, so that nothing that a session
   * should hear is made before there is one. `room`: most bytes of data that it may have.
   */
  readonly nextReport?: (room: number) => Report | undefined;
  /** As `nextReport`, but before any report. */
  readonly urgentReport?: (room: number) => Report | undefined;
  /** A POLL that was believed, before it is answered; not a repeat of it. */
  polled?(): void;
}

/** The command being answered. */
export interface Exchange {
  readonly nowMs: number;
  readonly block: SecurityBlock | undefined;
  /** Most bytes of data that fit into its reply. */
  readonly room: number;
}

export interface PdParts {
  readonly description: PdDescription;
  readonly hands: PdHands;
  readonly indicators: PdIndicators;
  readonly reports: ReportQueue;
  readonly changes: StatusChanges;
  readonly files: FileReceiver | undefined;
  readonly security: PdSecurity;
  readonly line: PdLineSettings;
  readonly withholdsCredentials: () => boolean;
  readonly setMaxReply: (bytes: number) => void;
  readonly keepActive: (untilMs: number) => void;
  readonly switchLine: (settings: LineSettings) => void;
  readonly changed: (what: 'leds' | 'buzzer' | 'outputs') => void;
}

const unknown = (): PdAnswer => nak('unknownCommand');

/** What a POLL is answered. A contact that never comes to rest holds nothing up: behind a status comes first what else waits. */
const reportsOf = ({ hands, security, reports, changes, withholdsCredentials }: PdParts, exchange: Exchange): (() => Report | undefined) => {
  let wasStatus = false;
  const ask = (hand: PdHands['nextReport']): Report | undefined => (security.isOpen && !security.isOnDefaultKey ? hand?.(exchange.room) : undefined);
  const status = (): Report | undefined => {
    const name = changes.next();
    if (name === undefined) return undefined;
    return name === 'lstatr' ? { name, payload: hands.localStatus() } : { name, payload: hands.inputs() };
  };
  return () => {
    const first = ask(hands.urgentReport) ?? reports.next(exchange.nowMs, exchange.room, withholdsCredentials());
    if (first !== undefined) return first;
    const said = wasStatus ? (ask(hands.nextReport) ?? status()) : (status() ?? ask(hands.nextReport));
    wasStatus = said?.name === 'lstatr' || said?.name === 'istatr';
    return said;
  };
};

/** `exchange` is what is being answered whenever a handler is called. */
export const pdHandlers = (parts: PdParts, exchange: Exchange): CommandHandlers<PdAnswer> => {
  const { description, hands, indicators, security, line, files } = parts;
  const nextReport = reportsOf(parts, exchange);
  const done = (isDone: boolean, what: 'leds' | 'buzzer' | 'outputs'): PdAnswer => {
    if (isDone) parts.changed(what);
    return isDone ? ack : nak('wrongRecord');
  };
  return {
    poll: () => {
      hands.polled?.();
      const said = nextReport();
      return said === undefined ? ack : { reply: said };
    },
    // A PD without an extended identity gives the standard one.
    id: ({ form }) => {
      const extended = form === 'extended' ? extendedIdentityOf(description) : undefined;
      return { reply: extended === undefined ? { name: 'pdid', payload: description.identity } : { name: 'extPdid', payload: extended } };
    },
    cap: () => ({ reply: { name: 'pdcap', payload: capabilityListOf(capabilitiesOf(description, security.allowsDefaultKey)) } }),
    lstat: () => ({ reply: { name: 'lstatr', payload: hands.localStatus() } }),
    istat: () => (description.inputs === 0 ? unknown() : { reply: { name: 'istatr', payload: hands.inputs() } }),
    ostat: () => (description.outputs === 0 ? unknown() : { reply: { name: 'ostatr', payload: indicators.outputsAt(exchange.nowMs) } }),
    rstat: () => ({ reply: { name: 'rstatr', payload: hands.readers() } }),
    out: (records) => (description.outputs === 0 ? unknown() : done(indicators.setOutputs(records, exchange.nowMs), 'outputs')),
    led: (records) => (description.leds === 0 ? unknown() : done(indicators.setLeds(records, exchange.nowMs), 'leds')),
    buz: (record) => (description.hasBuzzer ? done(indicators.setBuzzer(record, exchange.nowMs), 'buzzer') : unknown()),
    text: (text) => {
      if (description.text === undefined) return unknown();
      if (text.reader >= description.readers) return nak('wrongRecord');
      hands.showText(text);
      return ack;
    },
    comset: (asked) => {
      const settings = line.resultOf(asked);
      return { reply: { name: 'com', payload: settings }, after: () => parts.switchLine(settings) };
    },
    keyset: (payload) => security.setKey(payload),
    chlng: (payload) => security.challenge(payload, exchange.block, exchange.nowMs),
    scrypt: (payload) => security.confirm(payload, exchange.block, exchange.nowMs),
    acurxsize: ({ maxReplyBytes }) => {
      // Every ACU takes as much; one that says less is refused, so that it learns it, instead of never being answered again.
      if (maxReplyBytes < leastFrameBytes) return nak('wrongRecord');
      parts.setMaxReply(maxReplyBytes);
      return ack;
    },
    filetransfer: (fragment) => (files === undefined ? unknown() : { reply: { name: 'ftstat', payload: files.receive(fragment) } }),
    mfg: ({ oui, data }) => {
      const answer = hands.mfg.get(oui)?.(data, exchange.room);
      return answer === undefined ? unknown() : answer === 'busy' ? answer : { reply: answer };
    },
    abort: () => {
      files?.abort();
      return ack;
    },
    keepactive: ({ forMs }) => {
      parts.keepActive(exchange.nowMs + forMs);
      return ack;
    },
    bioread: unknown,
    biomatch: unknown,
    xwr: unknown,
    pivdata: unknown,
    genauth: unknown,
    crauth: unknown,
  };
};
