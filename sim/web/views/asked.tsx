/** What a view has asked of the server: asked when it opens, and again when news says that it may have changed. How it is shown is the view's. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Result } from '../../../src/shared/result.ts';
import type { PageRefusal } from '../client.ts';
import { hear, type Message } from '../live.ts';
import { Button } from '../parts/button.tsx';

export type Changed = Extract<Message, { readonly kind: 'changed' }>['what'];

export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly refusal: string | undefined;
  /** Asks again. While it is being asked, once more is enough. */
  readonly again: () => Promise<void>;
  /** Takes news into what is here; nothing, while nothing is. */
  readonly change: (changed: (value: Value) => Value) => void;
}

/** Calls `again` when one of these has changed, or nobody knows. */
export const useNews = (again: () => unknown, staleBy: readonly Changed[]): void => {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    const ends = [hear('missed', () => latest.current()), hear('changed', ({ what }) => (staleBy.includes(what) ? latest.current() : undefined))];
    return () => {
      for (const end of ends) end();
    };
  }, []);
};

/** Does `work` one at a time; while it goes on, once more is enough. */
export const useOneAtATime = (work: () => Promise<unknown>): (() => Promise<void>) => {
  const state = useRef({ isBusy: false, isStale: false });
  return async () => {
    state.current.isStale = true;
    if (state.current.isBusy) return;
    state.current.isBusy = true;
    while (state.current.isStale) {
      state.current.isStale = false;
      await work();
    }
    state.current.isBusy = false;
  };
};

export const useAsked = <Value,>(asks: () => Promise<Result<Value, PageRefusal>>, staleBy: readonly Changed[]): Asked<Value> => {
  const value = useSignal<Value | undefined>(undefined);
  const refusal = useSignal<string | undefined>(undefined);
  const again = useOneAtATime(async () => {
    const answer = await asks();
    if (answer.ok) value.value = answer.value;
    refusal.value = answer.ok ? undefined : answer.failure.sentence;
  });
  useEffect(() => void again(), []);
  useNews(again, staleBy);
  const change = (changed: (value: Value) => Value): void => {
    if (value.value !== undefined) value.value = changed(value.value);
  };
  return { value: value.value, refusal: refusal.value, again, change };
};

export interface LoadedProps<Value> {
  readonly asked: Asked<Value>;
  readonly children: (value: Value) => ComponentChildren;
}

/** What was asked for, once it is here; why not, where it does not come. */
export function Loaded<Value>({ asked: { value, refusal, again }, children }: LoadedProps<Value>) {
  if (value !== undefined) return <>{children(value)}</>;
  return (
    <div class="empty">
      <p role="status">{refusal ?? 'Loading …'}</p>
      {refusal !== undefined && <Button onPress={again}>Try again</Button>}
    </div>
  );
}
