import { parentPort, workerData } from 'node:worker_threads';
import { type HnswEngineOptions, HnswIndexEngine } from '../hnsw-index-engine.ts';
import { unpacked, type WorkerReply, type WorkerRequest } from './worker-message.ts';

/*
 * The index thread: answers one message after another and builds in between, a few milliseconds at a time, so that a
 * query waits for one slice at most.
 */
const SLICE_MS = 3;
/** Pause between two slices of checking for unreachable vectors, which so takes a quarter of the thread's time. */
const CHECK_PAUSE_MS = 9;
/** Interval of looking for vectors that have been dead for too long. */
const IDLE_CHECK_MS = 30_000;

const port = parentPort;
if (port === null) throw new Error('hnsw-worker.ts runs in a worker thread only');
const options: HnswEngineOptions = workerData;
const engine = new HnswIndexEngine(options);
let isBuilding = false;
let isCheckAhead = false;

function build(): void {
  isBuilding = engine.work(SLICE_MS);
  if (isBuilding) setImmediate(build);
  else checkLater();
}

function check(): void {
  isCheckAhead = false;
  // The end of building asks for it again.
  if (!isBuilding && engine.check(SLICE_MS)) checkLater();
}

function checkLater(): void {
  if (isCheckAhead) return;
  isCheckAhead = true;
  setTimeout(check, CHECK_PAUSE_MS).unref();
}

function wake(): void {
  if (isBuilding) return;
  isBuilding = true;
  setImmediate(build);
}

async function answer(id: number, request: WorkerRequest): Promise<void> {
  const reply: WorkerReply = await handle(request).then(
    (value) => ({ id, value }),
    (error: unknown) => ({ id, error: error instanceof Error ? error : new Error(String(error)) }),
  );
  port?.postMessage(reply);
  if (request.call === 'close') port?.close();
  else wake();
}

port.on('message', ({ id, request }: { id: number; request: WorkerRequest }) => {
  void answer(id, request);
});
setInterval(wake, Math.min(IDLE_CHECK_MS, (options.index?.compactAfterMs ?? IDLE_CHECK_MS) / 4)).unref();

function handle(request: WorkerRequest): Promise<unknown> {
  switch (request.call) {
    case 'open':
      return engine.open(request.space);
    case 'apply':
      return engine.apply(unpacked(request.changes), request.position);
    case 'search':
      return engine.search(request.space, request.queries);
    case 'status':
      return engine.status();
    case 'snapshotNeeds':
      return engine.snapshotNeeds();
    case 'writeSnapshot':
      return engine.writeSnapshot(request.space);
    case 'close':
      return engine.close();
    case 'exit':
      return process.exit(1);
    default:
      return request satisfies never;
  }
}
