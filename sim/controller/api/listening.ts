/**
 * Where the server may be reached, from what the operator asked for: this machine alone, unless another address is meant, with a token and
 * TLS (SECURITY H1). Decides nothing about requests.
 */
import { isIP } from 'node:net';
import { failed, ok, type Result } from '../../../src/shared/result.ts';

export interface ListenAsked {
  /** 0: any that is free. */
  readonly port: number;
  /** Without it: 127.0.0.1 and ::1. */
  readonly address?: string;
  /** The flag that says another address is no mistake. */
  readonly isRemoteMeant?: boolean;
  /** Names by which browsers reach that address. */
  readonly names?: readonly string[];
  /** Texts of PEM files. */
  readonly tls?: TlsFiles;
  /** Whether calls need a token, which they do everywhere but in a mistake of ours. */
  readonly hasToken: boolean;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Listening {
  readonly addresses: readonly string[];
  readonly port: number;
  /** As they stand in a Host header, without the port. */
  readonly names: readonly string[];
  readonly tls?: TlsFiles;
}

const maxPort = 65_535;
const loopback = ['127.0.0.1', '::1'];
const loopbackNames = ['127.0.0.1', '[::1]', 'localhost'];
const nameForm = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Or a sentence for the operator. */
export const settleListening = (asked: ListenAsked): Result<Listening, string> => {
  const { port, address, tls } = asked;
  if (!Number.isInteger(port) || port < 0 || port > maxPort) return failed(`A port is a number from 0 to ${maxPort}.`);
  if (address === undefined || address === 'localhost' || loopback.includes(address)) {
    const addresses = address === undefined || address === 'localhost' ? loopback : [address];
    return ok({ addresses, port, names: loopbackNames, ...(tls === undefined ? {} : { tls }) });
  }
  return settleRemote(asked, address);
};

const settleRemote = ({ port, isRemoteMeant = false, names = [], tls, hasToken }: ListenAsked, address: string): Result<Listening, string> => {
  const kind = isIP(address);
  if (kind === 0) return failed('An address to listen on is an IP address; names go into the list of names.');
  if (!isRemoteMeant) return failed(`${address} can be reached from other machines. If that is meant, say so with the flag for it.`);
  if (!hasToken) return failed(`${address} can be reached from other machines: not without a token.`);
  if (tls === undefined) return failed(`${address} can be reached from other machines: not without a certificate and its key. Or use an SSH tunnel.`);
  if (names.some((name) => !nameForm.test(name))) return failed('A name is written in small letters, digits, dots and hyphens, without a port.');
  const own = address === '0.0.0.0' || address === '::' ? [] : [kind === 6 ? `[${address.toLowerCase()}]` : address];
  if (own.length + names.length === 0) return failed(`${address} is every address: say by which name browsers reach it.`);
  return ok({ addresses: [address], port, names: [...own, ...names], tls });
};
