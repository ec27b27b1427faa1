/** Strokes on a field of 20 × 20. */
const PATHS = {
  overview: 'M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z',
  explore: 'M3 15l4.5-6 3.5 3 6-8M3 18h14',
  dashboards: 'M3 3h14v5H3zM3 11h6v6H3zM12 11h5v6h-5z',
  docs: 'M5 3h8l3 3v11H5zM8 9h5M8 12.5h5',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l4 4',
  clock: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v4l2.7 1.8',
  refresh: 'M16 10a6 6 0 1 1-1.9-4.4M16 3v3.5h-3.5',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  down: 'M5 8l5 5 5-5',
  zoomOut: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l4 4M6.5 9h5',
  back: 'M7 4L3 8l4 4M3 8h8a5 5 0 0 1 0 10H8',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4',
  moon: 'M16.5 11.7A7 7 0 0 1 8.3 3.5a7 7 0 1 0 8.2 8.2z',
  system: 'M3 4h14v9H3zM8 17h4M10 13v4',
  help: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M8 8a2 2 0 1 1 2.8 1.9c-.5.2-.8.6-.8 1.1M10 13.6v.1',
  signOut: 'M8 4H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3M12 6.5l3.5 3.5-3.5 3.5M15.5 10H8',
  targets: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M10 10h.1',
  cardinality: 'M3 16.5V13M7.7 16.5V9.5M12.3 16.5V6M17 16.5V3',
  status: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.1M6 13.5h.1',
  remove: 'M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6',
  close: 'M5 5l10 10M15 5L5 15',
  open: 'M8 5h7v7M15 5l-9 9',
  alert: 'M10 3l7.5 13.5h-15zM10 8v4M10 14.3v.1',
  link: 'M8.5 11.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.7 2.7a3 3 0 0 0 4.3 4.3l1-1',
  key: 'M12.5 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8M9.7 10.3L3.5 16.5M6 14l2 2',
  format: 'M3 5h14M3 9h9M3 13h14M3 17h6',
  tree: 'M5 3v12h4M5 8h4M11 6h6v4h-6zM11 13h6v4h-6z',
  up: 'M5 12l5-5 5 5',
  show: 'M2.5 10s2.8-5 7.5-5 7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5M10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
  hide: 'M3 3l14 14M8 5.2A8 8 0 0 1 10 5c4.7 0 7.5 5 7.5 5a13 13 0 0 1-2.2 2.7M5 6.5A13 13 0 0 0 2.5 10s2.8 5 7.5 5a8 8 0 0 0 3-.6',
  code: 'M7 5l-5 5 5 5M13 5l5 5-5 5',
  blocks: 'M3 4h9v5H3zM8 11h9v5H8z',
  list: 'M7 5h10M7 10h10M7 15h10M3.5 5h.1M3.5 10h.1M3.5 15h.1',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M8 8v8',
  download: 'M10 3v9M6 8.5l4 4 4-4M4 16.5h12',
  picture: 'M3 4h14v12H3zM3 13.5l4-4 4 4 2.5-2.5 3.5 3.5M12.5 7.4v.1',
  plus: 'M10 4v12M4 10h12',
  edit: 'M4 16l.8-3.4L13.5 4l2.5 2.5-8.6 8.7zM12 5.5L14.5 8',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6M8.5 9v4.5M11.5 9v4.5',
  move: 'M7 5h.1M13 5h.1M7 10h.1M13 10h.1M7 15h.1M13 15h.1',
  more: 'M4.5 10h.1M10 10h.1M15.5 10h.1',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word, or in a button that has a name: never read out. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' || name === 'move' ? 2.4 : 1.6}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
