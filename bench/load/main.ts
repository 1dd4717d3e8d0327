/** The load generator's process: takes tasks from its parent, one after another, and answers with results. */
import type { DeliveryResult, LoadResult, Task } from './plan.ts';
import { runDelivery } from './run-delivery.ts';
import { runPlan } from './run-plan.ts';

const perform = (task: Task): Promise<LoadResult | DeliveryResult> =>
  'load' in task ? runPlan(task.load) : runDelivery(task.delivery);

process.on('message', (task: Task) => {
  perform(task).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
