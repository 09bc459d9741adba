const paths = {
  box: 'M8 1.8 13.8 5v6L8 14.2 2.2 11V5L8 1.8ZM2.4 5.1 8 8.2l5.6-3.1M8 8.2v6',
  play: 'M4.5 2.8v10.4L13 8 4.5 2.8Z',
  stop: 'M4 4h8v8H4z',
  trash: 'M2.5 4.2h11M6.2 4V2.4h3.6V4m-6 .2.7 9.4h7l.7-9.4M6.7 6.8v4.4m2.6-4.4v4.4',
  more: 'M3.2 8h.01M8 8h.01M12.8 8h.01',
  key: 'M9.6 6.4a3.4 3.4 0 1 0-2 3.1l1.1 1.1h1.6v1.6h1.6v1.6h2.3v-2.3L9.5 6.8M5.1 5.9h.01',
  link: 'M6.6 9.4 9.4 6.6M7.2 4.6l1.6-1.6a3 3 0 0 1 4.2 4.2l-1.6 1.6M8.8 11.4 7.2 13A3 3 0 0 1 3 8.8l1.6-1.6',
  shield: 'M8 1.8 13.2 3.6v4c0 3.2-2.1 5.4-5.2 6.6-3.1-1.2-5.2-3.4-5.2-6.6v-4L8 1.8Z',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  device: 'M2.2 3h11.6v7.4H2.2zM5.5 13.2h5M8 10.6v2.4',
  sliders: 'M2 4.5h6.5M12 4.5h2M2 11.5h2M7.5 11.5H14M10.2 2.8v3.4M5.8 9.8v3.4',
  check: 'm3 8.6 3.2 3.2L13 4.6',
  copy: 'M5.4 5.4h8v8h-8zM10.6 5.2V2.6h-8v8h2.6',
  external: 'M9.4 2.6h4v4M13.2 2.8 7.6 8.4M11.4 9.4v4h-8.8V4.6h4',
  warn: 'M8 2.2 14.4 13.4H1.6L8 2.2ZM8 6.6v3.2M8 11.6h.01',
  info: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 7.4v3.6M8 5h.01',
  close: 'm3.5 3.5 9 9M12.5 3.5l-9 9',
  menu: 'M2 4h12M2 8h12M2 12h12',
  user: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.4 14c.6-2.8 2.8-4.2 5.6-4.2s5 1.4 5.6 4.2',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.8 10.8 14 14',
  chevron: 'm4 6.2 4 4 4-4',
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside words that say the same; screen readers hear only the words. */
export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      <path d={paths[name]} />
    </svg>
  );
}
