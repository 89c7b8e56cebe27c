/** The two ends of a line in this process, with people played by the test: what each says to what is asked of it, and to files that are wrong. */
import { EventEmitter, once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControllerOptions, runController } from '../../../sim/processes/controller.ts';
import { controllerHelp } from '../../../sim/processes/controller-desk.ts';
import type { ProcessIo } from '../../../sim/processes/io.ts';
import { type ReaderOptions, runReader } from '../../../sim/processes/reader.ts';
import { readerHelp } from '../../../sim/processes/reader-hands.ts';
import { maxNamed, takenTexts, weakText } from '../../../sim/processes/site-files.ts';
import { ProcessPlace } from './children.ts';

const wired = '[devices]\nrex = "normallyOpen"\ndoorContact = "normallyClosed"\ntamper = "normallyClosed"\n';
let place: ProcessPlace;
beforeEach(async () => {
  place = new ProcessPlace();
  await place.prepare('person,name,pin\n1,Ada,041733\n2,Bo,2468\n3,Bo,1357\n4,,8642\n', wired);
});
afterEach(() => place.dispose());

/** Somebody at a terminal. */
class Somebody implements ProcessIo {
  said = '';
  readonly lines: AsyncIterable<string>;
  readonly stopAsked: Promise<void>;
  stop: () => void = () => undefined;
  readonly #typed: string[] = [];
  readonly #news = new EventEmitter();
  readonly #running: Promise<number>;

  constructor(run: (io: ProcessIo) => Promise<number>) {
    this.lines = this.#lines();
    this.stopAsked = new Promise((resolve) => {
      this.stop = resolve;
    });
    this.#running = run(this);
  }

  out(text: string): void {
    this.said += text;
    this.#news.emit('news');
  }

  err(text: string): void {
    this.out(`! ${text}`);
  }

  async hears(pattern: RegExp, from = 0): Promise<number> {
    const signal = AbortSignal.timeout(20_000);
    for (;;) {
      const found = pattern.exec(this.said.slice(from));
      if (found !== null) return from + found.index + found[0].length;
      await once(this.#news, 'news', { signal }).catch(() => {
        throw new Error(`${pattern} did not come: ${this.said.slice(from)}`);
      });
    }
  }

  /** Types a line, and waits for the answer. */
  async asks(line: string, answer: RegExp): Promise<void> {
    const from = this.said.length;
    this.#typed.push(line);
    this.#news.emit('typed');
    await this.hears(answer, from);
  }

  async quits(): Promise<number> {
    this.#typed.push('', ' quit ');
    this.#news.emit('typed');
    return this.#running;
  }

  get code(): Promise<number> {
    return this.#running;
  }

  async *#lines(): AsyncIterable<string> {
    for (;;) {
      const line = this.#typed.shift();
      if (line === undefined) await once(this.#news, 'typed');
      else yield line;
    }
  }
}

const reader = (options: Partial<ReaderOptions> = {}): Somebody =>
  new Somebody((io) => runReader({ port: place.cable.near, data: place.data, config: place.settings, ...options }, io));
const controller = (options: Partial<ControllerOptions> = {}): Somebody =>
  new Somebody((io) => runController({ port: place.cable.far, site: place.site, people: place.people, baud: 115_200, ...options }, io));

describe('a reader on a real port', () => {
  it('does what hands do, and says what comes of it', async () => {
    const [hands, office] = [reader(), controller()];
    await hands.hears(/table\.applied/);
    await hands.asks('2468#', /strike {2}released/);
    await hands.asks('tamper', /tamper\.opened/);
    await hands.asks('untamper', /tamper\.closed/);
    await hands.hears(/strike {2}secured/);
    await hands.hears(/light {3}blue/);
    await hands.asks('open', /door\.forced/);
    await hands.asks('shut', /door\.closed/);
    await hands.asks('rex', /rex\.pressed/);
    await hands.asks('card 26:0x1F3B4C6', /credential\.notFound/);
    await hands.asks('card 87654399', /credential\.notFound/);
    await hands.asks('help', new RegExp(readerHelp.trim().slice(0, 8)));
    await hands.asks('dance', /! There is no such command/);
    await hands.asks('status', /table version 1 of 4 people/);
    expect(hands.said).not.toMatch(/2468|1F3B4C6|87654399/);
    office.stop();
    expect([await hands.quits(), await office.code]).toEqual([0, 0]);
  });

  it('works with the defaults, without keys, and with no port', async () => {
    const data = join(place.folder, 'other');
    const alone = new Somebody((io) => runReader({ port: join(place.folder, 'none'), data, address: 5, baud: 38_400 }, io));
    await alone.hears(/line {4}the serial port is not there: \S+\/none; it is tried again, at least every 30 s, until it opens/);
    await alone.asks('open', /door\.forced/);
    await alone.asks('0417#', /table\.missing/);
    expect(alone.said).toContain('there are no keys yet');
    expect(await alone.quits()).toBe(0);
  });

  it('asks the controller for a strike that hangs there', async () => {
    writeFileSync(place.settings, readFileSync(place.settings, 'utf8').replace('"relay"', '"controller"'));
    const [hands, office] = [reader(), controller()];
    await hands.hears(/table\.applied/);
    await hands.asks('2468#', /signal {2}granted/);
    await office.hears(/strike released here/);
    expect([await hands.quits(), await office.quits()]).toEqual([0, 0]);
    expect(hands.said).not.toContain('strike  released');
  });

  it('says which contact its settings have not, and does not see what that would', async () => {
    writeFileSync(place.settings, readFileSync(place.settings, 'utf8').replace(wired, ''));
    const hands = reader();
    await hands.asks('open', /! The settings of this door name no door contact, so it does not know: set devices\.doorContact\./);
    await hands.asks('shut', /no door contact/);
    await hands.asks('rex', /no exit button, so it does not know: set devices\.rex\./);
    await hands.asks('tamper', /no tamper contact, so it does not know: set devices\.tamper\./);
    await hands.asks('status', /status {2}mode/);
    expect(hands.said).not.toMatch(/door\.forced|rex\.pressed|tamper\.opened/);
    expect(await hands.quits()).toBe(0);
  });

  it('says which port is away, and that it is there', async () => {
    await place.cable.unplug();
    const [hands, office] = [reader(), controller()];
    for (const each of [hands, office]) await each.hears(/the serial port is not there: \S+; it is tried again, at least every 30 s, until it opens/);
    await place.cable.plugIn();
    await hands.hears(/the serial port is open: .*near\n/);
    await office.hears(/the serial port is open: .*far\n/);
    await hands.hears(/link\.found/);
    expect([await hands.quits(), await office.quits()]).toEqual([0, 0]);
  });

  it('refuses a directory where another one runs, with 75', async () => {
    const hands = reader();
    await hands.hears(/ready:/);
    const second = reader();
    const sentence = `! ${place.data} is in use: another process runs on it. End that one, or name another directory with --data.\n`;
    expect([await second.code, second.said]).toEqual([75, sentence]);
    expect(await hands.quits()).toBe(0);
  });

  it('goes on as before with a file that weakens it, and takes it with the next start once an order has accepted it', async () => {
    const [hands, office] = [reader(), controller()];
    await hands.hears(/table\.applied/);
    expect(await hands.quits()).toBe(0);
    writeFileSync(place.settings, readFileSync(place.settings, 'utf8').replace('"relay"', '"relay"\nstrikeSeconds = 20'));
    const again = reader();
    await again.hears(/! \S+doorpad\.toml weakens the door \(door\.strikeSeconds\)/);
    await again.hears(/event {3}settings\.refused: .*weaker door\.strikeSeconds/);
    await office.hears(/alarm settings\.refused/);
    await office.asks('accept-settings Gate', /order acceptSettings: done/);
    await again.hears(/! doorpad: the door has to be started anew/);
    expect(await again.code).toBe(70);
    const third = reader();
    await third.hears(/event {3}settings\.changed: .*strikeSeconds/);
    expect([await third.quits(), await office.quits()]).toEqual([0, 0]);
    expect(third.said).not.toContain('weakens the door');
  });

  it('is judged without a settings file as with one, and goes on with the last one where a file is wrong', async () => {
    const first = reader();
    await first.hears(/ready:/);
    await first.quits();
    const without = new Somebody((io) => runReader({ port: place.cable.near, data: place.data }, io));
    await without.hears(/! What a reader without --config has weakens the door/);
    await without.quits();
    writeFileSync(place.settings, '[door]\nstrike = "rope"\n');
    const wrong = reader();
    await wrong.hears(/The door goes on with the settings it last ran with \(\S+door\/last-good\.toml\)/);
    await wrong.hears(/ready:/);
    expect(await wrong.quits()).toBe(0);
  });

  it('says at its start when the settings say another address than its keys', async () => {
    const keys = join(place.data, 'keys', 'reader.json');
    const kept = JSON.parse(readFileSync(keys, 'utf8'));
    writeFileSync(keys, JSON.stringify({ ...kept, place: { name: 'Gate', address: 7 } }));
    const hands = reader();
    await hands.hears(/line {4}The keys of this reader are for address 7, and line\.address is 1: its controller will not find it/);
    expect(await hands.quits()).toBe(0);
  });

  it('refuses settings and keys that are wrong, with 2', async () => {
    const settings = join(place.folder, 'wrong.toml');
    writeFileSync(settings, '[door]\nstrike = "rope"\n');
    const wrong = reader({ config: settings });
    expect([await wrong.code, wrong.said]).toEqual([2, expect.stringMatching(/^! .*strike/)]);
    chmodSync(place.data, 0o755);
    const open = reader();
    expect([await open.code, open.said]).toEqual([2, expect.stringContaining('can be used by other users')]);
  });
});

describe('a controller on a real port', () => {
  it('answers what it is asked, and shows no PIN but the one it made', async () => {
    const office = controller();
    await office.hears(/4 of the people file/);
    await office.asks('roll ada', /The new PIN of Ada is \d{6}\. It is shown this once/);
    await office.asks('roll ADA 97517', /people {6}Ada has a new PIN: in force at a reader once it says table\.applied/);
    await office.asks('roll 4 97517', /! That PIN cannot be given/);
    await office.asks('roll 4 975', /! A PIN has 4 to 8 digits/);
    await office.asks('roll Bo 97532', /! More than one has that name/);
    await office.asks('roll Cleo', /! Nobody has that name/);
    await office.asks('roll Ada abcd', /! A PIN has 4 to 8 digits/);
    await office.asks('roll "Ada" 97517', /! That PIN cannot be given/);
    await office.asks('roll Ada 123456', /! That PIN cannot be given/);
    await office.asks('accept-settings all', /! There is no such reader/);
    await office.asks('roll', /! Say who/);
    await office.asks('roll 9 97532', /! There is nobody with that number/);
    await office.asks('remove 4', /person 4 is gone: at a reader once/);
    await office.asks('remove 4', /! There is nobody with that number/);
    await office.asks('mode open', /! A mode is one of/);
    await office.asks('mode cardAndPin Gate', /! Gate: 3 people could not enter\. Say anyway behind it where it is meant\./);
    await office.asks('mode cardAndPin Gate anyway', /Gate {8}order setMode: offline/);
    await office.asks('mode locked', /! Say at which reader: its name or its address; or all\./);
    await office.asks('clock', /! Say at which reader/);
    await office.asks('mode locked all', /Gate {8}order setMode: offline/);
    await office.asks('clock Gate', /Gate {8}order setClock: offline/);
    await office.asks('accept-settings', /! Say at which reader/);
    await office.asks('accept-settings Gate 0123456789abcdef', /Gate {8}order acceptSettings: offline/);
    await office.asks('release Back', /! There is no such reader/);
    await office.asks('status', /Gate {8}offline/);
    await office.asks('help', new RegExp(controllerHelp.trim().slice(0, 8)));
    await office.asks('dance', /! There is no such command/);
    expect(office.said).not.toContain('97517');
    expect(await office.quits()).toBe(0);
  });

  it('takes in what has changed in the people file since the last time, and leaves what was done by hand', async () => {
    const first = controller();
    await first.hears(/4 of the people file/);
    await first.asks('remove 4', /is gone/);
    await first.asks('roll Ada 97517', /Ada has a new PIN/);
    await first.quits();
    const second = controller();
    await second.hears(/0 of the people file/);
    await second.quits();
    const lines = readFileSync(place.people, 'utf8');
    writeFileSync(place.people, `${lines.replace('3,Bo,1357\n', '')}5,Eve,1122\n`);
    const third = controller();
    await third.hears(/people {6}1 of the people file are new or changed, 1 no longer in it\n/);
    await third.asks('roll Ada 97517', /That PIN cannot be given/);
    await third.asks('remove 4', /There is nobody with that number/);
    await third.quits();
    writeFileSync(place.people, lines.replace('041733', '041734').replace('8642', '8643'));
    const fourth = controller();
    await fourth.hears(/people {6}3 of the people file are new or changed, 1 no longer in it\n/);
    await fourth.hears(/Ada was changed here, and now in the people file: the file counts again, its code too\n/);
    await fourth.hears(/person 4 was removed here, and is changed in the people file: back, with the code of the file\n/);
    await fourth.quits();
    const without = new Somebody((io) => runController({ port: place.cable.far, site: place.site }, io));
    await without.hears(/the serial port is open/);
    expect(await without.quits()).toBe(0);
  });

  it('refuses to guess what a people file said when its note of that is damaged', async () => {
    const first = controller();
    await first.hears(/4 of the people file/);
    await first.quits();
    writeFileSync(join(place.site, 'controller', 'people-taken'), '{}');
    const second = controller();
    expect([await second.code, second.said]).toEqual([
      2,
      expect.stringMatching(/people-taken is damaged\. Remove it: then everybody is as the people file says/),
    ]);
  });

  it('names no more people than can be read', () => {
    const all = Array.from({ length: maxNamed + 2 }, (_, index) => index + 1);
    const texts = takenTexts({ said: new Map(), come: [], changed: [], gone: [], countAgain: all, comeBack: [] }, (person) => `P${person}`);
    expect(texts).toHaveLength(maxNamed + 2);
    expect(texts.at(-1)).toBe('the file counts again for 2 people more');
    expect(weakText(all.map((person) => `P${person}`))).toContain(`P${maxNamed}, 2 people more: `);
  });

  it('says at what address and rate it looks for a reader, and no more states than a person can read', async () => {
    const [hands, office] = [reader(), controller()];
    await office.hears(/Gate {8}not heard yet: address 1, 115200 baud/);
    await office.hears(/Gate {8}online, table version 1 with 4 people, up to date/);
    expect(office.said).toContain('Ada, Bo, Bo, person 4: the PIN in the file is among the first anybody guesses. Roll those');
    expect(office.said).not.toMatch(/041733|2468|1357|8642/);
    expect(office.said.match(/ Gate {8}online/g)?.length).toBeLessThanOrEqual(3);
    expect([await hands.quits(), await office.quits()]).toEqual([0, 0]);
  });

  it('refuses a database or a port that another one has, with 75', async () => {
    const first = controller();
    await first.hears(/the serial port is open/);
    const same = controller();
    expect([await same.code, same.said]).toEqual([
      75,
      expect.stringMatching(/^! .*controller is in use: another process runs on it\. .* --data\.\n$/),
    ]);
    const other = controller({ data: join(place.folder, 'other') });
    expect(await other.code).toBe(75);
    expect(other.said).toMatch(/! The serial port .*far is in use by another program\. End that one, or name another port with --port\.\n$/);
    expect(await first.quits()).toBe(0);
  });

  it('refuses files that are wrong, with 2 and every error', async () => {
    const none = controller({ site: join(place.folder, 'none') });
    expect([await none.code, none.said]).toEqual([2, expect.stringContaining('There is no site')]);
    writeFileSync(place.people, 'person,pin\n1,12\n2,x\n');
    const people = controller();
    expect(await people.code).toBe(2);
    expect(people.said.match(/people\.csv:\d: pin:/g)).toHaveLength(2);
    const gone = controller({ people: join(place.folder, 'nobody.csv') });
    expect([await gone.code, gone.said]).toEqual([2, expect.stringContaining('nobody.csv')]);
    const other = new ProcessPlace();
    await other.prepare('person\n1\n');
    const database = join(other.site, 'controller');
    await new Somebody((io) => runController({ port: other.cable.far, site: other.site }, io)).quits();
    const mixed = controller({ data: database });
    await expect(mixed.code).rejects.toMatchObject({ code: 'disk.damaged' });
    await other.dispose();
  });
});
