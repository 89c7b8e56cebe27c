/** The tenant's own page: the code always visible, where it is in force, how it went lately and why, and how to enter it. */
import { useEffect } from 'preact/hooks';
import { type Answer, ask } from '../client.ts';
import { Loaded, useAsked } from './asked.tsx';
import { Digits, Spread } from './digits.tsx';
import { Head, Sure } from './form-parts.tsx';
import { When } from './site.tsx';
import { sharedStateWords } from './words.ts';

type Own = Answer<'portal'>;
interface Of {
  readonly own: Own;
}

/** A tenant hears no news; so the page asks by itself. */
const everyMs = 10_000;

function Accesses({ own: { accesses } }: Of) {
  if (accesses.length === 0) return null;
  return (
    <section class="panel stack" aria-label="Shared accesses">
      <h2>Shared accesses</h2>
      {accesses.map(({ label, state, until, digits }) => (
        <div key={label} class="stack">
          <p>
            <strong>{label}</strong> <span class="badge">{sharedStateWords[state]}</span>{' '}
            {until !== null && (
              <span class="hint">
                until <When at={until} />
              </span>
            )}
          </p>
          {digits !== null && <Digits digits={digits} />}
        </div>
      ))}
    </section>
  );
}

function Results({ own: { results } }: Of) {
  return (
    <section class="panel stack long" aria-label="How it went lately">
      <h2>How it went lately</h2>
      {results.length === 0 && <p class="hint">Nothing yet.</p>}
      <ul class="lines">
        {results.map(({ at, door, code, text }) => (
          <li key={`${at} ${door} ${code}`}>
            <span>
              <strong class={code === 'access.granted' ? 'good' : ''}>{text}</strong>
              <br />
              <span class="hint">
                {door}, <When at={at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function HowTo({ own: { howTo } }: Of) {
  return (
    <section class="panel stack" aria-label="How to enter">
      <h2>How to enter</h2>
      {howTo.map(({ door, lines }) => (
        <div key={door} class="stack">
          <h3>{door}</h3>
          <ol class="steps">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

export function PortalView() {
  const asked = useAsked(() => ask('portal'), []);
  useEffect(() => {
    const timer = window.setInterval(() => void asked.again(), everyMs);
    return () => window.clearInterval(timer);
  }, []);
  const roll = async () => {
    const answer = await ask('portalRoll');
    if (answer.ok) await asked.again();
    return answer;
  };
  return (
    <Loaded asked={asked}>
      {(own) => (
        <div class="view portal">
          <Head title={`Hello, ${own.name}`} />
          <p class={asked.refusal === undefined ? 'unseen' : 'bad'} role="status">
            {asked.refusal !== undefined && `${asked.refusal} Below is how it was before.`}
          </p>
          <div class="panels paired">
            <section class="panel stack" aria-label="My code">
              <h2>My code</h2>
              {own.pin === null ? (
                <p class="hint">You have no code. Ask the manager for one.</p>
              ) : (
                <>
                  <Digits digits={own.pin.digits} />
                  <Spread pin={own.pin.pin} />
                  <div class="tools">
                    <Sure words="Get a new code" title="A new code" question="Your old code ends at once." onSure={roll} />
                  </div>
                </>
              )}
            </section>
            <Results own={own} />
            <Accesses own={own} />
            <HowTo own={own} />
          </div>
        </div>
      )}
    </Loaded>
  );
}
