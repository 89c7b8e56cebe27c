/** What a handler says to a command. Sealing, sequence and repeats are the session's (pd.ts). */
import type { SecurityBlock } from './frame.ts';
import { type NakReason, nakCodes } from './nak.ts';
import type { Reply } from './replies.ts';

export type PdAnswer =
  /** Not yet: the ACU repeats the command, and the handler is asked again. */
  | 'busy'
  | {
      readonly reply: Reply;
      /** Of the two replies that make a session. */
      readonly block?: SecurityBlock;
      /** Done once the reply is made: for what changes the session or the line it goes over. */
      readonly after?: () => void;
    };

const none = new Uint8Array(0);

export const ack: Exclude<PdAnswer, 'busy'> = { reply: { name: 'ack', payload: undefined } };

export const nak = (reason: NakReason): Exclude<PdAnswer, 'busy'> => ({ reply: { name: 'nak', payload: { code: nakCodes[reason], data: none } } });
