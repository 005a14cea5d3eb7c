import { parseArgs } from 'node:util';
import { ConfigError } from '@kindred/shared/platform/config';
import { type DoctorConfig, readDoctorConfig } from './config.ts';
import { machineChecks } from './doctor/machine-checks.ts';
import { findOrphans, removeOrphans, sharedData } from './doctor/orphans.ts';
import type { DoctorReport } from './doctor/report.ts';
import { reportText } from './doctor/report-text.ts';
import { SHARED_FOLDER } from './postgres/data-folder.ts';

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
 * @throws {ConfigError}
 */
export async function doctor(options: DoctorOptions): Promise<DoctorReport> {
  const { remove, config = readDoctorConfig(), sharedFolder = SHARED_FOLDER } = options;
  const checks = await machineChecks(config);
  const data = await sharedData(sharedFolder);
  const orphans = await findOrphans(data);
  if (remove) await removeOrphans(orphans);
  return { checks, data, orphans, isRemoved: remove };
}

// usage: node infra/doctor.ts [--remove] [--json]
// Ends with 1 where a check failed, with 2 for a wrong option, with 78 for a wrong configuration.
if (import.meta.main) {
  try {
    const { values } = parseArgs({ options: { remove: { type: 'boolean' }, json: { type: 'boolean' } } });
    const report = await doctor({ remove: values.remove === true });
    console.log(values.json ? JSON.stringify(report, null, 2) : reportText(report));
    process.exitCode = report.checks.some(({ state }) => state === 'failed') ? 1 : 0;
  } catch (error) {
    console.error(`Kindred doctor: ${error instanceof Error ? error.message : error}`);
    process.exitCode = error instanceof ConfigError ? 78 : 2;
  }
}
