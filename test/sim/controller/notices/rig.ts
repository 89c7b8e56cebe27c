/** People and the notices of what becomes of them, in virtual time, over real connections on loopback. */
import { onTestFinished } from 'vitest';
import type { LiveMessage } from '../../../../sim/controller/api/live.ts';
import { noticeCalls } from '../../../../sim/controller/calls/notice-calls.ts';
import { ControllerStore } from '../../../../sim/controller/controller-store.ts';
import { noRest } from '../../../../sim/controller/database.ts';
import { mailSender } from '../../../../sim/controller/notices/mail-sender.ts';
import { NoticeDesk } from '../../../../sim/controller/notices/notice-desk.ts';
import { type Notice, newWebhookSecret, putMailServer, putNotice } from '../../../../sim/controller/notices/notice-settings.ts';
import { webhookSender } from '../../../../sim/controller/notices/webhook-sender.ts';
import { PeopleDesk } from '../../../../sim/controller/people-desk.ts';
import { VirtualClock } from '../../../../sim/virtual-clock.ts';
import { crypto, foundSite, peopleFile, pinOf, type Site, taken } from '../rig.ts';
import { Inbox, type MailPlace, openMailServer, openReceiver, type Receiver } from './servers.ts';

type SendingMessage = Extract<LiveMessage, { readonly kind: 'sending' }>;

export const ada = 1;

export class Noticing {
  readonly clock = new VirtualClock();
  readonly mail: MailPlace;
  readonly receiver: Receiver;
  readonly outcomes = new Inbox<SendingMessage['sending']>();
  readonly failures: unknown[] = [];
  secret = '';
  store: ControllerStore;
  people!: PeopleDesk;
  desk!: NoticeDesk;
  readonly #place: Site;

  private constructor(place: Site, mail: MailPlace, receiver: Receiver) {
    this.#place = place;
    this.store = place.store;
    this.mail = mail;
    this.receiver = receiver;
    this.#begin();
  }

  /** Ada has 0417 and an address; server and secret are set, no notice is. */
  static async open(): Promise<Noticing> {
    const noticing = new Noticing(await foundSite(), await openMailServer(), await openReceiver());
    const { store, people, mail } = noticing;
    onTestFinished(() => noticing.desk.stop());
    await store.write(async (within) => {
      const server = { host: '127.0.0.1', port: mail.port, secure: false, user: 'door', from: 'door@house.example' };
      await putMailServer(within, server, 'letmein');
      noticing.secret = await newWebhookSecret(within);
    });
    taken(await people.importFile(peopleFile({ [ada]: '0417' })));
    taken(await people.change(ada, undefined, (record) => ({ ...record, name: 'Ada', email: 'ada@house.example' })));
    return noticing;
  }

  set(notice: Partial<Notice>): Promise<void> {
    return this.store.write((within) => putNotice(within, { trigger: 'pin.changed', email: null, webhook: null, ...notice }));
  }

  async roll(digits: string): Promise<void> {
    taken(await this.people.rollPin(ada, pinOf(digits), 'mia'));
  }

  /** As after a kill: nothing that was under way is heard of again. */
  async restart(): Promise<void> {
    this.desk.stop();
    await this.store.close();
    const { directory, siteKey } = this.#place;
    this.store = await ControllerStore.open({ directory, siteKey, crypto, rest: noRest });
    const { store } = this;
    onTestFinished(() => store.close());
    this.#begin();
    this.desk.look();
  }

  get calls(): ReturnType<typeof noticeCalls> {
    return noticeCalls({ store: this.store, clock: this.clock, tell: () => undefined, look: () => this.desk.look() });
  }

  #begin(): void {
    const { store, clock } = this;
    const senders = { email: mailSender({ store, clock }), webhook: webhookSender({ store, crypto, clock }) };
    const tell = (message: LiveMessage): void => {
      if (message.kind === 'sending') this.outcomes.put(message.sending);
    };
    const desk = new NoticeDesk({ store, clock, senders, tell, failed: (thrown) => this.failures.push(thrown) });
    this.desk = desk;
    this.people = new PeopleDesk({
      store,
      crypto,
      clock,
      changed: () => desk.look(),
      changing: (within, changes, author) => desk.note(within, changes, author),
    });
  }
}
