/** What is said on the line, newest on top, masked by the server: no digit and no card number reaches the page. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Toggle } from '../parts/button.tsx';
import { type Column, Rows } from '../parts/rows.tsx';
import { type LineMessage, lineMessages } from './bench-store.ts';

const arrows = { controller: '→', reader: '←' } as const;
const froms = { controller: 'controller to reader', reader: 'reader to controller' } as const;

const columns: readonly Column<LineMessage>[] = [
  { title: 'Second', isFigure: true, cell: ({ atMs }) => (atMs / 1_000).toFixed(3) },
  {
    title: 'Way',
    cell: ({ from }) => (
      <span class={`way ${from}`} role="img" aria-label={froms[from]}>
        {arrows[from]}
      </span>
    ),
  },
  { title: 'Says', cell: ({ words }) => words },
  { title: 'Bytes', isExtra: true, cell: ({ hex }) => <code title={hex}>{hex}</code> },
];

/** Nothing new, asked many times a second. */
const isIdle = ({ words }: LineMessage): boolean => /^(?:poll|ack)\b[\s:,.]*$/i.test(words);

export function LineLog() {
  const isPaused = useSignal(false);
  const hidesIdle = useSignal(true);
  const held = useRef<readonly LineMessage[]>([]);
  if (!isPaused.value) held.current = lineMessages.value;
  const shown = hidesIdle.value ? held.current.filter((message) => !isIdle(message)) : held.current;
  return (
    <section class="line-log panel" aria-label="The line">
      <header>
        <h2>The line</h2>
        <div class="tools">
          <Toggle isOn={hidesIdle.value} onTurn={(isOn) => (hidesIdle.value = isOn)}>
            Hide idle polls
          </Toggle>
          <Toggle isOn={isPaused.value} onTurn={(isOn) => (isPaused.value = isOn)}>
            Pause
          </Toggle>
        </div>
      </header>
      <Rows label="Messages on the line" columns={columns} count={shown.length} row={(index) => shown[index]} empty="Nothing is said on the line." />
    </section>
  );
}
