import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const parameterSchema = z.union([z.string(), z.number(), z.boolean()]);

/** Facts that every result states of its run. */
export const runHeaderSchema = z.strictObject({
  /** The data set, or what takes its place. */
  data: z.string(),
  /** Changes when any file of the data does. */
  dataHash: z.string(),
  /** The commit that ran, with `+changes` where files differed from it. */
  commit: z.string(),
  date: z.iso.datetime(),
  machine: z.strictObject({ cpu: z.string(), cores: z.int(), memoryGb: z.number(), node: z.string(), os: z.string() }),
  /** Load average of the machine over the minute before the run. */
  loadBefore: z.number(),
  seed: z.int(),
  parameters: z.record(z.string(), parameterSchema),
});

export type RunHeader = z.infer<typeof runHeaderSchema>;

export const latencySchema = z.strictObject({ p50Ms: z.number(), p99Ms: z.number(), count: z.int() });

const ROOT = join(import.meta.dirname, '..', '..');

/** Read when the program starts. */
const LOAD_BEFORE = Math.round((loadavg()[0] ?? 0) * 100) / 100;

/** Describes the run at hand: this machine, this commit, now. */
export function runHeader(given: Pick<RunHeader, 'data' | 'dataHash' | 'seed' | 'parameters'>): RunHeader {
  return {
    ...given,
    commit: commitNow(),
    date: new Date().toISOString(),
    loadBefore: LOAD_BEFORE,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      os: `${process.platform} ${process.arch}`,
    },
  };
}

function commitNow(): string {
  const git = (...words: string[]) => spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' });
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head.status !== 0) return 'unknown';
  const changed = git('status', '--porcelain', '--', 'shared', 'services', 'infra', 'benchmarks/*.ts');
  return head.stdout.trim() + (changed.stdout.trim() === '' ? '' : '+changes');
}
