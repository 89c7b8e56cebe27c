/** How to enter a code at one door, from its real settings, as a page to print and hang up. */
import { modeText } from '../bench/words.ts';
import { ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import type { ViewProps } from '../router.ts';
import { Loaded, useAsked } from './asked.tsx';

const defaultsText = 'This reader does not tell its times and tries: the card shows how a reader is set when nothing else is said.';

function DoorCardOf({ id }: ViewProps) {
  const asked = useAsked(() => ask('doorCard', { params: { id } }), ['settings', 'schedules']);
  return (
    <Loaded asked={asked}>
      {({ reader, mode, lines, settingsAre }) => (
        <div class="door-card">
          <article class="sheet">
            <p class="door-mode">{modeText(mode)}</p>
            <h1>{reader}</h1>
            <ol class="steps">
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ol>
          </article>
          {settingsAre === 'defaults' && <p class="hint no-print">{defaultsText}</p>}
          <div class="tools no-print">
            <Button kind="main" onPress={() => window.print()}>
              Print
            </Button>
          </div>
        </div>
      )}
    </Loaded>
  );
}

export function DoorCardView({ id }: ViewProps) {
  return id === '' ? <p class="empty">No door is chosen.</p> : <DoorCardOf key={id} id={id} />;
}
