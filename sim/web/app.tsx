/** The page around the views: menu, who is here, whether the controller is heard. Which view there is, is router.ts's; who somebody is, session.ts's. */
import { effect, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { addressOf } from './addresses.ts';
import { ask } from './client.ts';
import { lineState, startLive, stopLive } from './live.ts';
import { Button } from './parts/button.tsx';
import { Toasts } from './parts/toast.tsx';
import { homeOf, menuFor, type Place, place, rowOf, type ViewName, type ViewProps } from './router.ts';
import { forget, token, type User, user } from './session.ts';
import { followTime } from './standing-time.ts';
import { LogIn } from './views/log-in.tsx';
import { OwnPassword } from './views/password.tsx';

/** Why nobody is known yet, where it is not that nobody has logged in. */
const askWho = async (): Promise<string | undefined> => {
  const answer = await ask('whoAmI');
  if (answer.ok) user.value = answer.value;
  return answer.ok || answer.failure.code === 'notLoggedIn' ? undefined : answer.failure.sentence;
};

effect(() => {
  if (user.value === undefined || user.value.role === 'tenant') stopLive();
  else void startLive();
});

followTime(() => user.value !== undefined && menuFor(user.value.role).includes('bench'));

const lineWords = { connecting: 'Connecting …', live: 'Live', down: 'Not connected' } as const;

function Menu({ who, here }: { readonly who: User; readonly here: ViewName }) {
  const shown = menuFor(who.role);
  // Where the menu is wider than the page, the view that is shown stays in sight.
  useEffect(() => document.querySelector('.menu [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [here]);
  const groups = [...new Set(shown.map((name) => rowOf(name).group))];
  return (
    <nav class="menu" aria-label="Views">
      {groups.map((group) => (
        <ul key={group} aria-label={group}>
          {shown
            .filter((name) => rowOf(name).group === group)
            .map((name) => (
              <li key={name}>
                <a href={addressOf(name)} aria-current={name === here ? 'page' : undefined}>
                  {rowOf(name).title}
                </a>
              </li>
            ))}
        </ul>
      ))}
    </nav>
  );
}

const leave = async (): Promise<void> => {
  await ask('logOut');
  forget();
};

interface HeadProps {
  readonly who: User;
  readonly here: ViewName;
  readonly onPassword: () => void;
}

function Head({ who, here, onPassword }: HeadProps) {
  return (
    <header class="head">
      <a class="brand" href="#/">
        <span class="mark" aria-hidden="true" />
        doorpad
      </a>
      <Menu who={who} here={here} />
      {who.role !== 'tenant' && (
        <p class={`line-state ${lineState.value}`} role="status">
          {lineWords[lineState.value]}
          {lineState.value === 'down' && <span class="unseen">, trying again</span>}
        </p>
      )}
      <p class="who">
        <span>{who.name}</span>
        {/* Who has the token of this start has no password. */}
        {who.id !== null && (
          <button type="button" class="link" onClick={onPassword}>
            Password
          </button>
        )}
        <button type="button" class="link" onClick={() => void leave()}>
          Log out
        </button>
      </p>
    </header>
  );
}

/** One of the views, fetched when it is first shown. */
function Shown({ at }: { readonly at: Place }) {
  const component = useSignal<ComponentType<ViewProps> | undefined>(undefined);
  const name = useSignal(at.view);
  name.value = at.view;
  useSignalEffect(() => {
    component.value = undefined;
    const wanted = name.value;
    const { load, title } = rowOf(wanted);
    document.title = `${title} · doorpad`;
    void load?.().then((loaded) => {
      if (name.peek() === wanted) component.value = loaded;
    });
  });
  const View = component.value;
  if (rowOf(at.view).load === undefined) return <p class="empty">There is no such view here.</p>;
  return View === undefined ? <p class="empty">Loading …</p> : <View id={at.id} />;
}

/** What the server would refuse is not asked for. */
function NotYours({ at }: { readonly at: Place }) {
  return (
    <div class="empty">
      <h1>{rowOf(at.view).title}</h1>
      <p>Your log-in does not show this.</p>
    </div>
  );
}

function Nobody({ problem, onAgain }: { readonly problem: string | undefined; readonly onAgain: () => Promise<void> }) {
  return (
    <main class="empty">
      <h1>doorpad</h1>
      <p role="status">{problem ?? 'Loading …'}</p>
      {problem !== undefined && <Button onPress={onAgain}>Try again</Button>}
    </main>
  );
}

export function App() {
  const problem = useSignal<string | undefined>(undefined);
  const isChangingPassword = useSignal(false);
  const askAgain = async (): Promise<void> => {
    problem.value = await askWho();
  };
  useSignalEffect(() => {
    if (token.value !== undefined && user.value === undefined) void askAgain();
  });
  const who = user.value;
  if (token.value === undefined) return <LogIn />;
  if (who === undefined) return <Nobody problem={problem.value} onAgain={askAgain} />;
  const at = place.value ?? homeOf(who.role);
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        To the content
      </button>
      <Head who={who} here={at.view} onPassword={() => (isChangingPassword.value = true)} />
      <main id="main" tabIndex={-1}>
        {rowOf(at.view).may.includes(who.role) ? <Shown at={at} /> : <NotYours at={at} />}
      </main>
      {isChangingPassword.value && <OwnPassword onClose={() => (isChangingPassword.value = false)} />}
      <Toasts />
    </>
  );
}

const focusMain = (): void => document.getElementById('main')?.focus();
