/**
 * A table of as many rows as there are: only those in sight are drawn, all equally high. Rows that are not here yet are asked for as they come
 * into sight, and stand empty until then. Where rows come from is the caller's.
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Sight, sightOf } from './sight.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Of the text: figures stand right. */
  readonly isFigure?: boolean;
  /** Left out where the page is narrow. */
  readonly isExtra?: boolean;
}

export interface RowsProps<Row> {
  /** What the table is, for people who hear it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly count: number;
  /** Undefined: not here yet. */
  readonly row: (index: number) => Row | undefined;
  /** These come into sight, `until` not included. */
  readonly onSight?: (sight: Sight) => void;
  readonly empty: string;
}

/** The same as in house.css. */
const rowHeight = 40;

const classOf = <Row,>({ isFigure = false, isExtra = false }: Column<Row>): string => `${isFigure ? 'figure' : ''}${isExtra ? ' extra' : ''}`;

function Gap({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  if (rows === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it is empty, and nothing in it takes the focus
    <tr aria-hidden="true" class="gap">
      <td colSpan={columns} height={rows * rowHeight} />
    </tr>
  );
}

/** Scrolls in itself, so it needs a height from around it. */
export function Rows<Row>({ label, columns, count, row, onSight, empty }: RowsProps<Row>) {
  const box = useRef<HTMLElement>(null);
  const sight = useSignal<Sight>({ from: 0, until: 0 });
  const look = (): void => {
    if (box.current === null) return;
    const seen = sightOf(box.current.scrollTop, box.current.clientHeight, count, rowHeight);
    if (seen.from !== sight.value.from || seen.until !== sight.value.until) sight.value = seen;
  };
  useEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    if (box.current !== null) watch.observe(box.current);
    return () => watch.disconnect();
  }, [count]);
  const { from, until } = sight.value;
  useEffect(() => onSight?.({ from, until }), [from, until]);
  const shown = Array.from({ length: Math.max(0, Math.min(until, count) - from) }, (_, place) => from + place);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the arrow keys
    <section class="rows" ref={box} onScroll={look} tabIndex={0} aria-label={label}>
      <table aria-label={label} aria-rowcount={count + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={from} columns={columns.length} />
          {shown.map((index) => {
            const there = row(index);
            return (
              <tr key={index} aria-rowindex={index + 2}>
                {columns.map((column) => (
                  <td key={column.title} class={classOf(column)}>
                    <div class="cell">{there === undefined ? '…' : column.cell(there)}</div>
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap rows={Math.max(0, count - Math.max(from, until))} columns={columns.length} />
        </tbody>
      </table>
      {count === 0 && <p class="empty">{empty}</p>}
    </section>
  );
}
