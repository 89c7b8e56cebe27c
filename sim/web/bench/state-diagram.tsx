/** The machines that decide at a door, with the states they are in lit. The drawing is the build's (build/diagram.ts). */
import { regions } from 'virtual:state-diagrams';
import type { Arrow, Box, RegionDrawing } from './drawing.ts';

const corners = ({ points }: Arrow): string => points.map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');

/** The triangle at the end of an arrow, which comes in straight. */
const headOf = ({ points }: Arrow): string => {
  const end = points.at(-1) ?? { x: 0, y: 0 };
  const before = points.at(-2) ?? end;
  const across = Math.sign(end.x - before.x);
  const down = Math.sign(end.y - before.y);
  const back = { x: end.x - across * 7, y: end.y - down * 7 };
  return `M${end.x} ${end.y} L${back.x + down * 3.5} ${back.y + across * 3.5} L${back.x - down * 3.5} ${back.y - across * 3.5} Z`;
};

function State({ box, isLit }: { readonly box: Box; readonly isLit: boolean }) {
  const { x, y, width, height, words, says, isRest } = box;
  return (
    <g class={`state${isLit ? ' lit' : ''}${isRest ? ' rest' : ''}`}>
      <title>{says}</title>
      <rect x={x} y={y} width={width} height={height} rx="6" />
      <text x={x + width / 2} y={y + height / 2} text-anchor="middle" dominant-baseline="central">
        {words}
      </text>
    </g>
  );
}

function Region({ drawing, lit }: { readonly drawing: RegionDrawing; readonly lit: ReadonlySet<string> }) {
  const { title, says, width, height, boxes, arrows } = drawing;
  const present = boxes.find(({ state }) => lit.has(state));
  return (
    <figure class="region">
      <figcaption title={says}>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`${title}: ${present?.words ?? 'not running'}`}>
        {arrows.map((arrow) => (
          <g key={`${arrow.from} ${arrow.to}`} class={lit.has(arrow.from) ? 'arrow near' : 'arrow'}>
            <path class="shaft" d={corners(arrow)} />
            <path class="tip" d={headOf(arrow)} />
          </g>
        ))}
        {boxes.map((box) => (
          <State key={box.state} box={box} isLit={lit.has(box.state)} />
        ))}
      </svg>
    </figure>
  );
}

/** `states`: those the machines are in, such as `reader.window.open`; none without power. */
export function StateDiagram({ states }: { readonly states: readonly string[] }) {
  const lit = new Set(states);
  return (
    <div class="regions">
      {regions.map((drawing) => (
        <Region key={drawing.title} drawing={drawing} lit={lit} />
      ))}
    </div>
  );
}
