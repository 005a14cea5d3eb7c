import type { IndexEngine } from './index-engine.ts';

/** An engine that holds nothing, with its idle work in the hands of the test. */
export interface EngineUnderTest {
  readonly engine: IndexEngine;
  /** Does a little of the work that the engine otherwise does when it is idle; absent if it does all by itself. */
  readonly work?: () => void;
  /** Resolves once no idle work is left: everything is built, and no deleted vector takes memory. */
  settle(): Promise<void>;
}
