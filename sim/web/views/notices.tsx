/** What is sent when, by email or webhook: off until somebody sets it, without digits until somebody says so; and what became of each. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { triggers } from '../../controller/api/shapes.ts';
import { type Answer, ask } from '../client.ts';
import { hear } from '../live.ts';
import { Field } from '../parts/field.tsx';
import { type Column, Rows } from '../parts/rows.tsx';
import { Loaded, useAsked } from './asked.tsx';
import { Check, Form, Head, LongText, Opener, Sure, useSending } from './form-parts.tsx';
import { useSite, When } from './site.tsx';
import { triggerWords } from './words.ts';

type Notices = Answer<'listNotices'>;
type Notice = Answer<'putNotice'>;
type Sending = Notices['sendings'][number];

const sendingWords: Readonly<Record<Sending['state'], string>> = { waiting: 'Waiting', sent: 'Sent', givenUp: 'Given up' };

const columns: readonly Column<Sending>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} /> },
  { title: 'What', cell: ({ trigger, way }) => `${triggerWords[trigger]}, by ${way}` },
  {
    title: 'State',
    cell: ({ state }) => <span class={state === 'sent' ? 'good' : state === 'givenUp' ? 'bad' : 'warn'}>{sendingWords[state]}</span>,
  },
  { title: 'Tries', isFigure: true, isExtra: true, cell: ({ tries }) => tries },
  { title: 'Last error', isExtra: true, cell: ({ lastError }) => lastError },
];

function NoticeForm({ notice: { trigger, email, webhook }, onDone }: { readonly notice: Notice; readonly onDone: () => void }) {
  const hasEmail = useSignal(email !== null);
  const mail = useSignal(email ?? { subject: '', text: '', mayHoldDigits: false });
  const url = useSignal(webhook?.url ?? '');
  const sending = useSending();
  const body = () => ({ trigger, email: hasEmail.value ? mail.value : null, webhook: url.value === '' ? null : { url: url.value } });
  return (
    <Form sending={sending} words="Save" onSend={() => sending.send(() => ask('putNotice', { body: body() }), onDone)}>
      <Check label="Send an email" isOn={hasEmail.value} onTurn={(isOn) => (hasEmail.value = isOn)} />
      {hasEmail.value && (
        <>
          <Field
            label="Subject"
            value={mail.value.subject}
            maxLength={200}
            isNeeded
            onType={(subject) => (mail.value = { ...mail.value, subject })}
          />
          <LongText label="Text" rows={5} maxLength={10_000} value={mail.value.text} onType={(text) => (mail.value = { ...mail.value, text })} />
          <Check
            label="The text may hold the code"
            hint="Emails are read by others. Better: say where the code can be seen."
            isOn={mail.value.mayHoldDigits}
            onTurn={(mayHoldDigits) => (mail.value = { ...mail.value, mayHoldDigits })}
          />
        </>
      )}
      <Field label="Webhook" hint="Empty: none. Each call is signed." value={url.value} maxLength={500} onType={(typed) => (url.value = typed)} />
    </Form>
  );
}

function MailServer({ server, onDone }: { readonly server: Notices['mailServer']; readonly onDone: () => void }) {
  const draft = useSignal({
    host: server?.host ?? '',
    port: String(server?.port ?? 465),
    secure: server?.secure ?? true,
    user: server?.user ?? '',
    from: server?.from ?? '',
    password: '',
  });
  const sending = useSending();
  const put = (part: Partial<typeof draft.value>): void => {
    draft.value = { ...draft.value, ...part };
  };
  const send = () => {
    const { host, port, secure, user, from, password } = draft.value;
    const body = { host, port: Number(port), secure, user: user === '' ? null : user, from, ...(password === '' ? {} : { password }) };
    return sending.send(() => ask('putMailServer', { body }), onDone);
  };
  const { host, port, secure, user, from, password } = draft.value;
  return (
    <Form sending={sending} words="Save" onSend={send}>
      <Field label="Host" value={host} maxLength={200} isNeeded onType={(typed) => put({ host: typed })} />
      <Field label="Port" type="number" value={port} isNeeded onType={(typed) => put({ port: typed })} />
      <Check label="Encrypted from the start" isOn={secure} onTurn={(isOn) => put({ secure: isOn })} />
      <Field label="User" value={user} maxLength={200} onType={(typed) => put({ user: typed })} />
      <Field
        label="Password"
        type="password"
        hint="Empty: as before."
        value={password}
        maxLength={200}
        onType={(typed) => put({ password: typed })}
      />
      <Field label="From" type="email" value={from} maxLength={200} isNeeded onType={(typed) => put({ from: typed })} />
    </Form>
  );
}

function NoticeLines({ notices, onChange }: { readonly notices: Notices['notices']; readonly onChange: () => Promise<void> }) {
  return (
    <ul class="lines panel" aria-label="What is sent">
      {triggers.map((trigger) => {
        const notice = notices.find((one) => one.trigger === trigger) ?? { trigger, email: null, webhook: null };
        const ways = [...(notice.email === null ? [] : ['email']), ...(notice.webhook === null ? [] : ['webhook'])];
        return (
          <li key={trigger}>
            <span>
              {triggerWords[trigger]} <span class="badge">{ways.length === 0 ? 'off' : ways.join(' and ')}</span>
            </span>
            <Opener words={`Set: ${triggerWords[trigger].toLowerCase()}`} title={triggerWords[trigger]}>
              {(close) => (
                <NoticeForm
                  notice={notice}
                  onDone={() => {
                    close();
                    void onChange();
                  }}
                />
              )}
            </Opener>
          </li>
        );
      })}
    </ul>
  );
}

export function NoticesView() {
  useSite();
  const asked = useAsked(() => ask('listNotices'), ['settings']);
  const secret = useSignal<string | undefined>(undefined);
  useEffect(() => hear('sending', asked.again), []);
  const renew = async () => {
    const answer = await ask('webhookSecret');
    if (answer.ok) secret.value = answer.value.secret;
    return answer;
  };
  return (
    <Loaded asked={asked}>
      {({ notices, mailServer, sendings }) => (
        <div class="view">
          <Head title="Notices">
            <Opener words="Mail server" title="Mail server">
              {(close) => (
                <MailServer
                  server={mailServer}
                  onDone={() => {
                    close();
                    void asked.again();
                  }}
                />
              )}
            </Opener>
            <Sure
              words="New webhook secret"
              title="A new secret"
              question="The old one signs nothing any more. The new one is shown once."
              onSure={renew}
            />
          </Head>
          <p class={mailServer === null ? 'warn' : 'hint'}>
            {mailServer === null ? 'No mail server is set: no email is sent.' : `Emails go by ${mailServer.host}.`}
          </p>
          {secret.value !== undefined && (
            <p class="panel">
              Sign with: <code>{secret.value}</code>
            </p>
          )}
          <NoticeLines notices={notices} onChange={asked.again} />
          <div class="events">
            <Rows label="What was sent" columns={columns} count={sendings.length} row={(index) => sendings[index]} empty="Nothing was sent." />
          </div>
        </div>
      )}
    </Loaded>
  );
}
