import type { BenchArguments } from './bench-arguments.ts';
import type { BenchConfig } from './config.ts';

/** Parameters of a run. */
export interface BenchRun extends BenchArguments {
  readonly config: BenchConfig;
}

export interface Answer<Result> {
  readonly result: Result;
  /** True for a result that may be published: neither a sample nor made to tune on. */
  readonly isWhole: boolean;
}
