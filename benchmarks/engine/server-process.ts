import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENVIRONMENT } from '@kindred/shared/platform/config';
import { processMetric } from './process-metric.ts';

/** The real server, started as `npm start` starts it. */
export interface ServerProcess {
  readonly url: string;
  /** From the start of the process to its line that it is ready. */
  readonly readyMs: number;
  /** Resident memory of the server's process, without the database's. */
  memoryMb(): Promise<number>;
  /** Processor time of the server's process so far, without the database's. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '..', '..');
const READY_TIMEOUT_MS = 300_000;
const READY_POLL_MS = 5;
const STOP_TIMEOUT_MS = 30_000;

/** @throws Error with what it said when it does not become ready. */
export async function startServer(dataFolder: string): Promise<ServerProcess> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['infra/setup/launch.mjs', 'services/standalone/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...ENVIRONMENT,
      PORT: '0',
      HOST: '',
      KINDRED_DATA_DIR: dataFolder,
      KINDRED_MODELS_DIR: '',
      KINDRED_DEMO: 'off',
      KINDRED_TRAINING_HOURS: '0',
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let url: string | undefined;
  while (url === undefined) {
    if (child.exitCode !== null || performance.now() - startMs > READY_TIMEOUT_MS) {
      child.kill('SIGTERM');
      throw new Error(`the server did not become ready:\n${said}`);
    }
    await sleep(READY_POLL_MS);
    url = /is ready at (\S+)/.exec(said)?.[1];
  }
  const readyMs = performance.now() - startMs;
  const server = url;
  return {
    url: server,
    readyMs,
    memoryMb: async () => (await processMetric(server, 'process_resident_memory_bytes')) / 2 ** 20,
    cpuSeconds: () => processMetric(server, 'process_cpu_seconds_total'),
    async stop() {
      child.kill('SIGINT');
      const isOver = await Promise.race([exited.then(() => true), sleep(STOP_TIMEOUT_MS, false)]);
      if (!isOver) throw new Error(`the server did not stop:\n${said}`);
    },
  };
}
