import { type Transferable, Worker } from 'node:worker_threads';
import { EngineDeadError, type IndexEngine } from '../../../ports/index-engine.ts';
import type { IndexHostOptions } from '../hnsw-index-engine.ts';
import { type EngineAnswer, type EngineReply, type EngineRequest, packed } from './worker-message.ts';

export interface WorkerEngineOptions extends IndexHostOptions {
  /** Told once when the thread ends without having been closed. Calls that wait for it have been rejected by then. */
  readonly onDeath: (error: EngineDeadError) => void;
}

export interface WorkerEngine extends IndexEngine {
  /** Ends the thread without an answer, as an error in it would; for tests of what follows. */
  kill(): Promise<void>;
}

interface Waiting {
  answer(value: unknown): void;
  fail(error: Error): void;
}

/**
 * Starts a thread that holds nothing yet. Its death rejects what waits for it, and touches nothing else. It ends by
 * itself and is never terminated: in the middle of a call of hnswlib that ends the process.
 */
export function createWorkerEngine({ onDeath, ...options }: WorkerEngineOptions): WorkerEngine {
  const thread = new Worker(new URL('./hnsw-worker.ts', import.meta.url), { workerData: options, name: 'index' });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isClosing = false;
  let death: EngineDeadError | undefined;

  const die = (sentence: string, cause?: unknown): void => {
    if (death !== undefined) return;
    death = new EngineDeadError(sentence, { cause });
    for (const { fail } of waiting.values()) fail(death);
    waiting.clear();
    if (!isClosing) onDeath(death);
  };
  const exited = new Promise<void>((resolve) => {
    thread.on('exit', (code) => {
      die(`the index thread ended with ${code}`);
      resolve();
    });
  });
  thread.on('error', (error) => die('the index thread failed', error));
  thread.on('message', (reply: EngineReply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) call?.fail(reply.error);
    else call?.answer(reply.value);
  });

  const send = <Call extends EngineRequest['call']>(
    request: EngineRequest & { readonly call: Call },
    transfer: readonly Transferable[] = [],
  ): Promise<EngineAnswer<Call>> => {
    if (death !== undefined) return Promise.reject(death);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { answer: resolve, fail: reject });
      thread.postMessage({ id, request }, transfer);
    });
  };

  return {
    open: (space) => send({ call: 'open', space }),
    drop: (space) => send({ call: 'drop', space }),
    apply(changes) {
      const message = packed(changes);
      return send({ call: 'apply', changes: message }, [message.numbers.buffer]);
    },
    search: (space, queries) => send({ call: 'search', space, queries }),
    snapshot: (space, change) => send({ call: 'snapshot', space, change }),
    status: () => send({ call: 'status' }),
    async close() {
      if (!isClosing && death === undefined) {
        isClosing = true;
        await send({ call: 'close' }).catch(() => {});
      }
      await exited;
    },
    async kill() {
      await send({ call: 'exit' }).catch(() => {});
      await exited;
    },
  };
}
