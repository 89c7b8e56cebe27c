/** What the build adds to the pages: the drawn state diagrams (build/diagram.ts). */
declare module 'virtual:state-diagrams' {
  export const regions: readonly import('./bench/drawing.ts').RegionDrawing[];
}
