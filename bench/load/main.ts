/** The load generator's process: takes plans from its parent, one after another, and answers with results. */
import type { LoadPlan } from './plan.ts';
import { runPlan } from './run-plan.ts';

process.on('message', (plan: LoadPlan) => {
  runPlan(plan).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
