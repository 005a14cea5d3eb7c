import { type Transferable, Worker } from 'node:worker_threads';
import type { NeighborQuery } from '@kindred/shared/neighbor';
import type { Change } from '../../../domain/change.ts';
import type { SpaceKey } from '../../../domain/space.ts';
import type { EngineSnapshots, SpaceSnapshotNeed } from '../../../ports/engine-snapshots.ts';
import {
  EngineDeadError,
  type EngineStatus,
  type IndexEngine,
  type OpenedSpace,
  type Rejection,
  type SearchAnswer,
  type SpaceToOpen,
} from '../../../ports/index-engine.ts';
import type { HnswEngineOptions } from '../hnsw-index-engine.ts';
import { packed, type WorkerAnswer, type WorkerReply, type WorkerRequest } from './worker-message.ts';

export interface WorkerEngineOptions extends HnswEngineOptions {
  /** Called once if the thread ends without having been closed; its pending calls have been rejected by then. */
  readonly onDeath: (error: EngineDeadError) => void;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The HNSW engine in a thread of its own, so that neither building nor a search blocks the service. The thread's death
 * rejects the pending calls and touches nothing else. The thread ends by itself and is never terminated: in the middle
 * of a call of hnswlib that would end the process.
 */
export class WorkerIndexEngine implements IndexEngine, EngineSnapshots {
  readonly snapshots: EngineSnapshots = this;
  readonly #thread: Worker;
  readonly #exited: Promise<void>;
  readonly #onDeath: (error: EngineDeadError) => void;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;
  #isClosing = false;
  #death: EngineDeadError | undefined;

  constructor({ onDeath, ...options }: WorkerEngineOptions) {
    this.#onDeath = onDeath;
    this.#thread = new Worker(new URL('./hnsw-worker.ts', import.meta.url), { workerData: options, name: 'index' });
    this.#exited = new Promise<void>((resolve) => {
      this.#thread.on('exit', (code) => {
        this.#die(`the index thread ended with ${code}`);
        resolve();
      });
    });
    this.#thread.on('error', (error) => this.#die('the index thread failed', error));
    this.#thread.on('message', (reply: WorkerReply) => this.#settle(reply));
  }

  open(space: SpaceToOpen): Promise<OpenedSpace> {
    return this.#send({ call: 'open', space });
  }

  apply(changes: readonly Change[], position?: number): Promise<readonly Rejection[]> {
    const message = packed(changes);
    return this.#send({ call: 'apply', changes: message, position }, [message.numbers.buffer]);
  }

  search(space: SpaceKey, queries: readonly NeighborQuery[]): Promise<SearchAnswer> {
    return this.#send({ call: 'search', space, queries });
  }

  status(): Promise<EngineStatus> {
    return this.#send({ call: 'status' });
  }

  snapshotNeeds(): Promise<readonly SpaceSnapshotNeed[]> {
    return this.#send({ call: 'snapshotNeeds' });
  }

  writeSnapshot(space: SpaceKey): Promise<number> {
    return this.#send({ call: 'writeSnapshot', space });
  }

  async close(): Promise<void> {
    if (!this.#isClosing && this.#death === undefined) {
      this.#isClosing = true;
      await this.#send({ call: 'close' }).catch(() => {});
    }
    await this.#exited;
  }

  /** Ends the thread without an answer, as an error in it would; for tests of what follows. */
  async kill(): Promise<void> {
    await this.#send({ call: 'exit' }).catch(() => {});
    await this.#exited;
  }

  #send<Call extends WorkerRequest['call']>(
    request: WorkerRequest & { readonly call: Call },
    transfer: readonly Transferable[] = [],
  ): Promise<WorkerAnswer<Call>> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#thread.postMessage({ id, request }, transfer);
    });
  }

  #settle(reply: WorkerReply): void {
    const call = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('error' in reply) call?.reject(reply.error);
    else call?.resolve(reply.value);
  }

  #die(sentence: string, cause?: unknown): void {
    if (this.#death !== undefined) return;
    this.#death = new EngineDeadError(sentence, { cause });
    for (const { reject } of this.#pending.values()) reject(this.#death);
    this.#pending.clear();
    if (!this.#isClosing) this.#onDeath(this.#death);
  }
}
