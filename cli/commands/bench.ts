import { declareBench } from '@kindred/benchmarks/bench-arguments';
import type { Command } from 'commander';
import { prepareModel } from '../setup.ts';

/** Declares `kindred bench`; the benchmarks know its options. */
export function benchCommand(program: Command): void {
  declareBench(program, async (read) => {
    prepareModel();
    const { bench } = await import('@kindred/benchmarks/main');
    await bench(read);
  });
}
