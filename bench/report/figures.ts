/** What a benchmark answers: figures with their spread, and the lines that explain them. */

export interface Figure {
  name: string;
  /** Median over the rounds. */
  value: number;
  unit: string;
  /** Smallest and largest over the rounds, where there was more than one. */
  spread?: [number, number];
  /** The same measure of the baseline in the same run. */
  baseline?: number;
  /** Median of the rounds' own ratios to the baseline, with its spread. */
  ratio?: number;
  ratioSpread?: [number, number];
  /** What we aim at, in words; never enforced here. */
  target?: string;
}

export interface Section {
  name: string;
  title: string;
  figures: Figure[];
  notes: string[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const spreadOf = (values: readonly number[]): [number, number] => [
  Math.min(...values),
  Math.max(...values),
];

export interface FigureOptions {
  target?: string;
  /** The baseline's values, round by round. */
  against?: readonly number[];
  /** Of this figure and its baseline, which over which; `inverse` gives baseline over figure (for times). */
  inverse?: boolean;
}

/** A figure from what each round measured. */
export function figure(
  name: string,
  values: readonly number[],
  unit: string,
  { target, against, inverse = false }: FigureOptions = {},
): Figure {
  const made: Figure = { name, value: median(values), unit };
  if (values.length > 1) made.spread = spreadOf(values);
  if (target !== undefined) made.target = target;
  if (against) {
    const ratios = values.map((value, round) =>
      inverse ? against[round]! / value : value / against[round]!,
    );
    made.baseline = median(against);
    made.ratio = median(ratios);
    if (ratios.length > 1) made.ratioSpread = spreadOf(ratios);
  }
  return made;
}
