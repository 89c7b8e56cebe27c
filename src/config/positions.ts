/**
 * Finds where in a TOML text each key stands, so that an error can name its line. Reads only texts that the TOML parser
 * has accepted: what a value is, and whether the text is right, is the parser's.
 */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
}

/** Keys are looked up by section and name; deeper ones are found under their first two parts. */
const positionDepth = 2;

const keyOf = (path: readonly string[]): string => JSON.stringify(path.slice(0, positionDepth));

/** Where keys stand; the first place counts when a path is written in several. */
export class Positions {
  readonly #places = new Map<string, Position>();

  add(path: readonly string[], position: Position): void {
    const key = keyOf(path);
    if (!this.#places.has(key)) this.#places.set(key, position);
  }

  /** The place of the key, else of the section it belongs in, else undefined. */
  find(path: readonly string[]): Position | undefined {
    for (let parts = path.length; parts > 0; parts -= 1) {
      const place = this.#places.get(keyOf(path.slice(0, parts)));
      if (place !== undefined) return place;
    }
    return undefined;
  }
}

/** `text` must be TOML that the parser accepted; of any other text some keys are missed, and nothing is thrown. */
export const positionsIn = (text: string): Positions => new Scanner(text).scan();

const space = /[ \t]*/y;
const blank = /(?:[ \t\r\n]|#[^\n]*)*/y;
const bareKey = /[A-Za-z0-9_-]+/y;
const basicString = /"(?:[^"\\\n]|\\.)*"/y;
const literalString = /'[^'\n]*'/y;
const multiLineBasic = /"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}/y;
const multiLineLiteral = /'''(?:[^']|'{1,2}(?!'))*'{3,5}/y;
const plainValue = /[^,\]}#\s][^,\]}#\n]*/y;

class Scanner {
  readonly #text: string;
  readonly #positions = new Positions();
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Positions {
    if (this.#text.startsWith('\uFEFF')) this.#at = 1;
    let table: readonly string[] = [];
    this.#take(blank);
    while (this.#at < this.#text.length) {
      const before = this.#at;
      if (this.#text[this.#at] === '[') table = this.#header();
      else this.#pair(table);
      this.#take(blank);
      if (this.#at === before) this.#at += 1;
    }
    return this.#positions;
  }

  #header(): readonly string[] {
    const brackets = this.#text.startsWith('[[', this.#at) ? 2 : 1;
    this.#at += brackets;
    const path = this.#key([]);
    this.#at += brackets;
    return path;
  }

  #pair(table: readonly string[]): void {
    const path = this.#key(table);
    if (this.#text[this.#at] !== '=') return;
    this.#at += 1;
    this.#take(space);
    this.#value(path);
  }

  /** A dotted key; every part of it gets the place at which it is written. */
  #key(table: readonly string[]): readonly string[] {
    let path = table;
    for (;;) {
      this.#take(space);
      const position = this.#position();
      const part = this.#keyPart();
      if (part === undefined) return path;
      if (path.length < positionDepth) {
        path = [...path, part];
        this.#positions.add(path, position);
      }
      this.#take(space);
      if (this.#text[this.#at] !== '.') return path;
      this.#at += 1;
    }
  }

  #keyPart(): string | undefined {
    const basic = this.#take(basicString);
    if (basic !== undefined) return unescaped(basic.slice(1, -1));
    return this.#take(literalString)?.slice(1, -1) ?? this.#take(bareKey);
  }

  /** Walks over a value without recursion: brackets only open and close; keys inside `{}` of a section are found as well. */
  #value(path: readonly string[]): void {
    const open: ('[' | '{')[] = [];
    do {
      const before = this.#at;
      this.#take(blank);
      const next = this.#text[this.#at];
      if (next === '[' || next === '{') {
        open.push(next);
        this.#at += 1;
      } else if (next === ']' || next === '}') {
        open.pop();
        this.#at += 1;
      } else if (next === ',') {
        this.#at += 1;
      } else {
        this.#simpleValue();
      }
      if (open.at(-1) === '{' && (next === '{' || next === ',')) this.#inlineKey(open.length === 1 ? path : undefined);
      if (this.#at === before) return;
    } while (open.length > 0 && this.#at < this.#text.length);
  }

  #inlineKey(path: readonly string[] | undefined): void {
    this.#take(blank);
    if (path === undefined) this.#key(deeper);
    else this.#key(path);
    if (this.#text[this.#at] === '=') this.#at += 1;
  }

  #simpleValue(): void {
    for (const form of [multiLineBasic, multiLineLiteral, basicString, literalString, plainValue]) {
      if (this.#take(form) !== undefined) return;
    }
  }

  #take(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #position(): Position {
    for (let next = this.#text.indexOf('\n', this.#counted); next !== -1 && next < this.#at; next = this.#text.indexOf('\n', this.#counted)) {
      this.#line += 1;
      this.#lineStart = next + 1;
      this.#counted = next + 1;
    }
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}

/** Stands for any path too deep to be kept. */
const deeper: readonly string[] = Array.from({ length: positionDepth }, () => '');

const shortEscapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001B', '"': '"', '\\': '\\' };

const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, x?: string, u?: string, long?: string, short?: string) => {
    const hex = x ?? u ?? long;
    if (hex === undefined) return shortEscapes[short ?? ''] ?? '';
    const codePoint = Number.parseInt(hex, 16);
    return codePoint > 0x10ffff ? '' : String.fromCodePoint(codePoint);
  });
