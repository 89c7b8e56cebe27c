/** Somebody by name, on the way to their page; who is gone has a number alone, and no page. */
import { addressOf } from '../addresses.ts';

interface Who {
  readonly person: number | null;
  readonly personName: string | null;
}

export function PersonLink({ person, personName }: Who) {
  if (person === null) return null;
  return personName === null ? <span class="hint">{`Person ${person}, who is gone`}</span> : <a href={addressOf('person', person)}>{personName}</a>;
}
