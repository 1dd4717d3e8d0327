/**
 * Measures several things side by side: every round runs each once, in turning order, so that a machine that slows
 * down or warms up favours none. Answers what each round gave, by name.
 */
export async function alternate<Name extends string, Measured>(
  rounds: number,
  measures: Record<Name, () => Promise<Measured>>,
): Promise<Record<Name, Measured[]>> {
  const names = Object.keys(measures) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Measured[]>;
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) results[name].push(await measures[name]());
  }
  return results;
}
