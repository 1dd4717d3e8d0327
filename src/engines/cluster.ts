/** Many processes on engines that each can be many machines. */
import { ConfigError, type Settings } from '../config/config.ts';
import type { OpenEnginesOptions } from './embedded.ts';
import type { Engines } from './engines.ts';

export async function openClusterEngines(
  _settings: Settings,
  _options: OpenEnginesOptions,
): Promise<Engines> {
  throw new ConfigError(['KITH_PROFILE: this version serves the profile “embedded” only.']);
}
