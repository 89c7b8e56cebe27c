/**
 * The line of a real door: its serial port, what the log says of it, and the reader's side of it as settings and keys make it. A port or a
 * part of the program that is missing costs the line, never the door: events wait, and a strike at the controller stays secured.
 */
import type { Logger } from 'pino';
import packageFile from '../../package.json' with { type: 'json' };
import type { Config, LineConfig } from '../config.ts';
import type { SerialLink, SerialLinkNews } from '../drivers/serial-link.ts';
import { RemoteStrike } from '../link/remote-strike.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { LineSide } from '../reader/line-side.ts';
import { settledLineOf } from './settled-line.ts';

export interface BootedLine {
  /** Of a door whose strike hangs at the controller. */
  readonly strike: RemoteStrike | undefined;
  /** Undefined: this machine cannot speak on a serial port. */
  sideWith(isTableReadOnly: boolean): LineSide | undefined;
}

export interface BootLineParts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly log: Logger;
}

/** Opens nothing yet: the reader does, once it listens. Never rejects. */
export const bootLine = async (config: Config, line: LineConfig, { clock, crypto, log }: BootLineParts): Promise<BootedLine> => {
  const strike = config.strike === 'controller' ? new RemoteStrike(clock) : undefined;
  const side = settledLineOf({ config, line, crypto, version: packageFile.version, told: (sentence) => log.error(sentence) });
  const { baudRate } = side.pd.line;
  // Only where something starts the reader that could also start it anew from another slot.
  const updates =
    process.env.RUNTIME_DIRECTORY === undefined ? undefined : (await import('../tools/incoming-update.ts')).incomingUpdateOf(config.dataDir);
  const link = await newLink({ path: line.port, baudRate, clock, told: (news) => tell(log, line, news) }, log);
  return {
    strike,
    sideWith: (isTableReadOnly) =>
      link && {
        ...side,
        isTableReadOnly,
        updates,
        line: link,
        reopen: () => link.reopen(),
        ...(strike === undefined ? {} : { remoteStrike: strike }),
      },
  };
};

/** The driver is native: where it cannot be loaded the door works without its line. */
const newLink = async (options: ConstructorParameters<typeof SerialLink>[0], log: Logger): Promise<SerialLink | undefined> => {
  try {
    const drivers = await import('../drivers/serial-link.ts');
    return new drivers.SerialLink(options);
  } catch (thrown) {
    log.fatal('there is no line, because this machine has no driver for serial ports: %s', String(thrown));
    return undefined;
  }
};

/** One line of the log for each change. */
const tell = (log: Logger, { port }: LineConfig, { what, sentence, cause }: SerialLinkNews): void => {
  const facts = { port, ...(cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : cause }) };
  if (what === 'opened') log.info(facts, sentence);
  else log.warn(facts, sentence);
};
