import { type DoctorConfig, readDoctorConfig } from './config.ts';
import { machineChecks } from './doctor/machine-checks.ts';
import { findOrphans, removeOrphans, sharedData } from './doctor/orphans.ts';
import type { DoctorReport } from './doctor/report.ts';
import { SHARED_FOLDER } from './postgres/data-folder.ts';

export { reportText } from './doctor/report-text.ts';

/** Settings of `kindred doctor`. */
export interface DoctorOptions {
  /** Deletes data of folders that are gone, and ends servers on such data or without data. Nothing else. */
  readonly remove: boolean;
  /** Default: read from the environment. */
  readonly config?: DoctorConfig;
  /** Holds the data of servers that root started; default `/var/lib/kindred`. */
  readonly sharedFolder?: string;
}

/**
 * Looks whether this machine can run Kindred, and for what folders left behind that no longer exist. It sees what the user
 * of this process may see: the data that root's servers left, as root.
 * @throws {ConfigError} with every mistake at once.
 */
export async function doctor(options: DoctorOptions): Promise<DoctorReport> {
  const { remove, config = readDoctorConfig(), sharedFolder = SHARED_FOLDER } = options;
  const checks = await machineChecks(config);
  const data = await sharedData(sharedFolder);
  const orphans = await findOrphans(data);
  if (remove) await removeOrphans(orphans);
  return { checks, data, orphans, isRemoved: remove };
}
