import type { Figure, Section } from './figures.ts';

/** Sections as plain text: a table each, its notes below. */
export function printSection({ name, title, figures, notes }: Section): string {
  const header = ['', 'median', 'spread', 'baseline', 'ratio', 'aim'];
  const rows = figures.map((each) => [
    each.name,
    `${readable(each.value)} ${each.unit}`,
    each.spread ? `${readable(each.spread[0])}–${readable(each.spread[1])}` : '',
    each.baseline === undefined ? '' : readable(each.baseline),
    ratioText(each),
    each.target ?? '',
  ]);
  const lines = [`${title}  [${name}]`, ...alignColumns([header, ...rows]).map((line) => `  ${line}`)];
  for (const note of notes) lines.push(`  - ${note}`);
  return `${lines.join('\n')}\n`;
}

function ratioText({ ratio, ratioSpread }: Figure): string {
  if (ratio === undefined) return '';
  return ratioSpread
    ? `${ratio.toFixed(2)} (${ratioSpread[0].toFixed(2)}–${ratioSpread[1].toFixed(2)})`
    : ratio.toFixed(2);
}

function alignColumns(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** Three significant digits for small numbers, whole thousands separated for large ones. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}
