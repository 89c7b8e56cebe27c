/** How a command ends early: what to print on standard error, and the exit code. Thrown by commands, caught where the program ends. */

export class Refusal extends Error {
  readonly code: number;

  constructor(lines: readonly string[], code: number) {
    super(lines.join('\n'));
    this.code = code;
  }
}
