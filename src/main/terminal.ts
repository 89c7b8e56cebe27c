/** The person at the terminal, where there is one: whether they see what is printed, and what they type, seen or unseen. What is asked is a command's. */

/** `nobody`: there is nobody to ask. `gaveUp`: they ended the question without an answer. */
export type Asked = { readonly typed: string } | 'nobody' | 'gaveUp';

export interface Terminal {
  /** What goes to standard output is seen by a person, and kept by no file. */
  readonly isOutShown: boolean;
  /** Characters on a line of standard output, at the moment; undefined: it is no terminal, or does not say. */
  readonly outColumns?: number | undefined;
  /** Whether standard error can show how far something is. */
  readonly isErrShown: boolean;
  /** Asks, and shows what is typed. */
  ask(question: string): Promise<Asked>;
  /** Asks, and shows nothing of the answer. */
  askUnseen(question: string): Promise<Asked>;
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
  readonly columns?: number;
  write(text: string): unknown;
}

export const terminalOf = (input: Typed, output: Omit<Shown, 'write'>, errors: Shown): Terminal => {
  const asked = async (question: string, echo: (text: string) => void): Promise<Asked> => {
    if (input.isTTY !== true) return 'nobody';
    errors.write(question);
    input.setRawMode(true);
    try {
      return await typedLine(input, echo);
    } finally {
      input.setRawMode(false);
      input.pause();
      errors.write('\n');
    }
  };
  return {
    isOutShown: output.isTTY === true,
    get outColumns() {
      return output.isTTY === true ? output.columns : undefined;
    },
    isErrShown: errors.isTTY === true,
    ask: (question) => asked(question, (text) => errors.write(text)),
    askUnseen: (question) => asked(question, () => undefined),
  };
};

const takenBack = '\b \b';

const typedLine = async (input: Typed, echo: (text: string) => void): Promise<Asked> => {
  let typed = '';
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    for (const character of String(chunk)) {
      if (character === '\r' || character === '\n') return { typed };
      if (character === controlC || character === controlD) return 'gaveUp';
      const isDeleted = deletes.has(character);
      if (isDeleted ? typed !== '' : typed.length < maxAnswerCharacters) echo(isDeleted ? takenBack : character);
      typed = isDeleted ? typed.slice(0, -1) : `${typed}${character}`.slice(0, maxAnswerCharacters);
    }
  }
  return 'gaveUp';
};
