/** Who looked at or changed what, newest first. */
import { useEffect, useMemo } from 'preact/hooks';
import { ok } from '../../../src/shared/result.ts';
import { type Answer, ask } from '../client.ts';
import { type Column, Rows } from '../parts/rows.tsx';
import { useNews } from './asked.tsx';
import { Head } from './form-parts.tsx';
import { PagedList, pageRows } from './paged-list.ts';
import { PersonLink } from './person-link.tsx';
import { useSite, When } from './site.tsx';

type Line = Answer<'listAudit'>['lines'][number];

const columns: readonly Column<Line>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} /> },
  { title: 'By', cell: ({ by }) => by },
  { title: 'What', cell: ({ what }) => what },
  { title: 'Person', cell: (line) => <PersonLink {...line} /> },
  { title: 'Details', isExtra: true, cell: ({ detail }) => detail },
];

export function AuditView() {
  useSite();
  const list = useMemo(
    () =>
      new PagedList<Line>(async (last) => {
        const answer = await ask('listAudit', { query: { limit: String(pageRows), ...(last === undefined ? {} : { after: String(last.id) }) } });
        return answer.ok ? ok({ rows: answer.value.lines, next: answer.value.next }) : answer;
      }),
    [],
  );
  useEffect(() => void list.restart(), []);
  useNews(() => list.restart(), ['audit']);
  const { rows, count, refusal, isAsking } = list;
  return (
    <div class="view">
      <Head title="Audit" />
      <div class="tall">
        <Rows
          label="Audit"
          columns={columns}
          count={count.value}
          row={(index) => rows.value[index]}
          onSight={({ until }) => void list.reach(until)}
          empty={refusal.value ?? (isAsking.value ? 'Loading …' : 'Nothing yet.')}
        />
      </div>
    </div>
  );
}
