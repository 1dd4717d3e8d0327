import { openTestStore } from './testing.ts';

/** Opens and closes the folder it is given, for the test of a second process. */
try {
  await (await openTestStore(process.argv[2]!)).close();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
