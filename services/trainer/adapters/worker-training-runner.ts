import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { TrainingOutcome, TrainingRunner } from '../training-runner.ts';
import { newGate, type ProductGate, productGate } from './product-gate.ts';
import type { TrainingMessage, TrainingTask } from './training-worker.ts';

const STOP_LOOK_MS = 5;

/** Trains in a worker thread that lives for one training: what it took of memory is free again after it. */
export function workerTrainingRunner(databaseUrl: string): TrainingRunner {
  let running: { readonly worker: Worker; readonly gate: ProductGate } | undefined;
  let isStopping = false;
  return {
    run: async (catalog, { onCost, onLine }) => {
      if (isStopping) return { kind: 'failed', reason: 'the trainer is stopping' };
      const gate = newGate();
      const workerData: TrainingTask = { databaseUrl, catalog, gate };
      const worker = new Worker(new URL('./training-worker.ts', import.meta.url), { workerData, name: 'trainer' });
      running = { worker, gate: productGate(gate) };
      let outcome: TrainingOutcome = { kind: 'failed', reason: 'the training was stopped' };
      worker.on('message', (message: TrainingMessage) => {
        if (message.kind === 'cost') onCost(message.cost);
        else if (message.kind === 'line') onLine(message.line);
        else outcome = message.outcome;
      });
      // Such as for want of memory.
      worker.on('error', (error: Error) => {
        outcome = { kind: 'failed', reason: error.message };
      });
      await new Promise((done) => worker.once('exit', done));
      running = undefined;
      return outcome;
    },
    stop: async () => {
      isStopping = true;
      while (running?.gate.bar()) await sleep(STOP_LOOK_MS);
      await running?.worker.terminate();
    },
  };
}
