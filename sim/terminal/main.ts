/** `npm start`: a door to try in a terminal, with three people to be. Which keys there are is keys.ts's, what is drawn face.ts's. */
import { parseArgs } from 'node:util';
import { type Mode, modes } from '../../src/access/mode.ts';
import type { SimPerson } from '../people.ts';
import { TerminalBench } from './bench.ts';

/** The example table: a short code with a leading zero, eight digits, and a card alone. */
const people: readonly SimPerson[] = [
  { name: 'Ann', pin: '0417', cards: ['A'] },
  { name: 'Ben', pin: '86420975', cards: ['B'] },
  { name: 'Cleo', cards: ['C'] },
];

const usage = `Usage: npm start -- [--mode MODE]

A simulated door in the terminal. MODE is one of ${modes.join(', ')} (cardOrPin if left out).
Type a PIN and #, or hold up a card with a, b or c. With input from a pipe, each event is a line:
  echo '0417#' | npm start
`;

const isMode = (text: string): text is Mode => (modes as readonly string[]).includes(text);

const optionsOf = (args: readonly string[]): { readonly mode: Mode } | 'help' | undefined => {
  try {
    const { values } = parseArgs({ args: [...args], options: { mode: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) return 'help';
    const mode = values.mode ?? 'cardOrPin';
    return isMode(mode) ? { mode } : undefined;
  } catch {
    return undefined;
  }
};

const { stdin, stdout } = process;
const options = optionsOf(process.argv.slice(2));
if (options === 'help') {
  stdout.write(usage);
} else if (options === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  const hasScreen = stdin.isTTY === true && stdout.isTTY === true;
  const restore = (): void => {
    if (!hasScreen) return;
    stdin.setRawMode(false);
    // The other screen, the cursor and wrapped lines come back.
    stdout.write('\u001b[?1049l\u001b[?25h\u001b[?7h');
  };
  if (hasScreen) {
    stdin.setRawMode(true);
    stdout.write('\u001b[?1049h\u001b[?25l\u001b[?7l');
  }
  process.once('exit', restore);
  const bench = await TerminalBench.start({ ...options, people, hasScreen, write: (text) => stdout.write(text) });
  stdin.setEncoding('utf8');
  stdin.on('data', (chunk: string) => bench.take(chunk));
  stdin.on('end', () => bench.end());
  process.once('SIGTERM', () => bench.end());
  await bench.ended;
  stdin.pause();
  stdin.destroy();
  process.exit(0);
}
