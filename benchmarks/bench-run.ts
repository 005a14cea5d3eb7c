import type { BenchArguments } from './bench-arguments.ts';
import type { BenchConfig } from './config.ts';

/** What a question is asked with. */
export interface BenchRun extends BenchArguments {
  readonly config: BenchConfig;
}

export interface Answer<Result> {
  readonly result: Result;
  /** Whether it may stand among the published ones: not a sample, and not made to tune on. */
  readonly isWhole: boolean;
}
