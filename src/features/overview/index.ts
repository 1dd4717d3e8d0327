export { createMeasureSteps, type MeasureDeps } from './measure-storage.ts';
export { createOverview, type Observed, type Overview } from './overview.ts';
