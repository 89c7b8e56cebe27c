/** The bench on this process's own terminal, or pipe: the screen is taken, and given back however the process ends. */
import type { Mode } from '../../src/access/mode.ts';
import type { SimPerson } from '../people.ts';
import { TerminalBench } from './bench.ts';

/** The example table: a short code with a leading zero, eight digits, and a card alone. */
const people: readonly SimPerson[] = [
  { name: 'Ann', pin: '0417', cards: ['A'] },
  { name: 'Ben', pin: '86420975', cards: ['B'] },
  { name: 'Cleo', cards: ['C'] },
];

export const defaultMode: Mode = 'cardOrPin';

/** Resolves when somebody quits, or the input ends. */
export const runTerminal = async (mode: Mode): Promise<void> => {
  const { stdin, stdout } = process;
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
  const bench = await TerminalBench.start({ mode, people, hasScreen, rows: () => stdout.rows, write: (text) => stdout.write(text) });
  stdout.on('resize', () => bench.draw());
  stdin.setEncoding('utf8');
  stdin.on('data', (chunk: string) => bench.take(chunk));
  stdin.on('end', () => bench.end());
  process.once('SIGTERM', () => bench.end());
  await bench.ended;
  stdin.pause();
  stdin.destroy();
};
