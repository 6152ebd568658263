const rows = Array.from({ length: 14 }, (_, index) => index);

/** Where rows will be, while the first of them are awaited. */
export function SkeletonRows() {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">Loading devices…</span>
      {rows.map((row) => (
        <div key={row} className="skeleton-row" aria-hidden="true">
          <i />
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
