import type { Check } from './machine-checks.ts';
import type { Orphans, SharedData } from './orphans.ts';

/** Findings on one machine. */
export interface DoctorReport {
  readonly checks: readonly Check[];
  /** All data in the shared folder. */
  readonly data: readonly SharedData[];
  /** As they were found, also where they are removed now. */
  readonly orphans: Orphans;
  readonly isRemoved: boolean;
}
