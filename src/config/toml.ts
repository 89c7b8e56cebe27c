/** From the text of a TOML file to its tables, or to what keeps it from being read. Which keys a file may have is its reader's. */
import { parse, type TomlTable } from 'smol-toml';
import { failed, ok, type Result } from '../shared/result.ts';
import { type ConfigError, configError } from './config-error.ts';

/** Tables and lists within each other that the parser follows. */
const maxDepth = 16;

/** Of at most `maxBytes` as UTF-8. */
export const readToml = (text: string, maxBytes: number): Result<TomlTable, ConfigError> => {
  if (text.length > maxBytes || new TextEncoder().encode(text).length > maxBytes) {
    return failed(configError(undefined, '', `The file is larger than ${maxBytes} bytes.`));
  }
  try {
    return ok(parse(text, { maxDepth }));
  } catch (thrown) {
    const { line, column, message } = thrown as { readonly line?: number; readonly column?: number; readonly message: string };
    const position = line === undefined || column === undefined ? undefined : { line, column };
    const reason = message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '');
    return failed(configError(position, '', `This is not TOML: ${reason}.`));
  }
};

export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
