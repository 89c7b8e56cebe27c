/** The person at the terminal, where there is one: whether they see what is printed, and what they type unseen. What is asked is a command's. */

export interface Terminal {
  /** What goes to standard output is seen by a person, and kept by no file. */
  readonly isOutShown: boolean;
  /** Whether standard error can show how far something is. */
  readonly isErrShown: boolean;
  /** Asks, and shows nothing of the answer; undefined: there is nobody to ask, or they gave up. */
  askUnseen(question: string): Promise<string | undefined>;
}

const controlC = '\u0003';
const controlD = '\u0004';
const deletes: ReadonlySet<string> = new Set(['\u007F', '\b']);
const maxAnswerCharacters = 1_000;

/** Of a process's standard input, what is needed here. */
export interface Typed {
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  pause(): unknown;
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterable<unknown>;
}
/** Of its outputs. */
export interface Shown {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export const terminalOf = (input: Typed, output: Pick<Shown, 'isTTY'>, errors: Shown): Terminal => ({
  isOutShown: output.isTTY === true,
  isErrShown: errors.isTTY === true,
  askUnseen: async (question) => {
    if (input.isTTY !== true) return undefined;
    errors.write(question);
    input.setRawMode(true);
    try {
      return await typedLine(input);
    } finally {
      input.setRawMode(false);
      input.pause();
      errors.write('\n');
    }
  },
});

const typedLine = async (input: Typed): Promise<string | undefined> => {
  let typed = '';
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    for (const character of String(chunk)) {
      if (character === '\r' || character === '\n') return typed;
      if (character === controlC || character === controlD) return undefined;
      typed = deletes.has(character) ? typed.slice(0, -1) : `${typed}${character}`.slice(0, maxAnswerCharacters);
    }
  }
  return undefined;
};
