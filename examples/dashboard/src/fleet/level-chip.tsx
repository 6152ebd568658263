import type { Level, LevelTerm } from './terms.ts';

/** A shape for each level, so that colour is never all that tells them apart. */
const shapes: Readonly<Record<Level, React.ReactNode>> = {
  high: <path d="M6 1 11.5 10.8H.5z" />,
  medium: <path d="M6 .8 11.2 6 6 11.2.8 6z" />,
  low: <rect x="2" y="2" width="8" height="8" rx="1" />,
  informational: <path className="outline" d="M6 1.6 10.4 6 6 10.4 1.6 6z" />,
  none: <circle className="outline" cx="6" cy="6" r="4.2" />,
  unknown: <path className="outline" d="M3 6h6" />,
};

export function LevelMark({ level }: { readonly level: Level }) {
  return (
    <svg className="level-mark" data-level={level} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[level]}
    </svg>
  );
}

/** Risk or exposure of one device: shape, colour and word. */
export function LevelChip({ term }: { readonly term: LevelTerm }) {
  return (
    <span className="level-chip" data-level={term.level}>
      <LevelMark level={term.level} />
      {term.label}
    </span>
  );
}
