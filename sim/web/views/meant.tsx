/** Refusals that ask back: they are no more once somebody says that it is meant all the same. Which calls refuse so is the server's. */
import { useSignal } from '@preact/signals';
import type { Result } from '../../../src/shared/result.ts';
import type { PageRefusal } from '../client.ts';
import { Check } from './form-parts.tsx';

const asksBack: readonly PageRefusal['code'][] = ['peopleLackPin', 'codeSpaceTooSmall'];

/** Of one form. `said` goes into the body of its call, and `heed` takes the answer. */
export const useMeant = () => {
  const isAsked = useSignal(false);
  const isMeant = useSignal(false);
  const heed = <Value,>(answer: Result<Value, PageRefusal>): Result<Value, PageRefusal> => {
    if (!answer.ok && asksBack.includes(answer.failure.code)) isAsked.value = true;
    return answer;
  };
  const forget = (): void => {
    isAsked.value = false;
    isMeant.value = false;
  };
  return { isAsked, isMeant, said: () => (isMeant.value ? { isMeant: true } : {}), heed, forget };
};

export interface MeantProps {
  readonly meant: ReturnType<typeof useMeant>;
  /** What is known already would be refused. */
  readonly isForeseen?: boolean;
}

export function Meant({ meant: { isAsked, isMeant }, isForeseen = false }: MeantProps) {
  if (!isAsked.value && !isForeseen) return null;
  return <Check label="I know, and mean it all the same" isOn={isMeant.value} onTurn={(isOn) => (isMeant.value = isOn)} />;
}
