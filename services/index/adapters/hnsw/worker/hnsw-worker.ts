import { parentPort, workerData } from 'node:worker_threads';
import { createIndexHost, type IndexHost, type IndexHostOptions } from '../hnsw-index-engine.ts';
import { type EngineReply, type EngineRequest, unpacked } from './worker-message.ts';

/*
 * The index thread: answers one message after another and builds in between, a few milliseconds at a time, so that a
 * query waits for one slice at most.
 */
const SLICE_MS = 3;
/** Between two slices of looking for vectors that the graph does not lead to: that takes a quarter of the thread's time. */
const CHECK_PAUSE_MS = 9;
/** How often to look for vectors that have been dead for too long. */
const IDLE_CHECK_MS = 30_000;

const port = parentPort;
if (port === null) throw new Error('index-worker.ts runs in a worker thread only');
const options: IndexHostOptions = workerData;
const host = createIndexHost(options);
let isBuilding = false;
let isCheckAhead = false;

function build(): void {
  isBuilding = host.work(SLICE_MS);
  if (isBuilding) setImmediate(build);
  else checkLater();
}

function check(): void {
  isCheckAhead = false;
  // Whoever builds asks for it again.
  if (!isBuilding && host.check(SLICE_MS)) checkLater();
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

async function answer(id: number, request: EngineRequest): Promise<void> {
  const reply: EngineReply = await handle(host, request).then(
    (value) => ({ id, value }),
    (error: unknown) => ({ id, error: error instanceof Error ? error : new Error(String(error)) }),
  );
  port?.postMessage(reply);
  if (request.call === 'close') port?.close();
  else wake();
}

port.on('message', ({ id, request }: { id: number; request: EngineRequest }) => {
  void answer(id, request);
});
setInterval(wake, Math.min(IDLE_CHECK_MS, (options.index?.compactAfterMs ?? IDLE_CHECK_MS) / 4)).unref();

function handle(engine: IndexHost, request: EngineRequest): Promise<unknown> {
  switch (request.call) {
    case 'open':
      return engine.open(request.space);
    case 'drop':
      return engine.drop(request.space);
    case 'apply':
      return engine.apply(unpacked(request.changes));
    case 'search':
      return engine.search(request.space, request.queries);
    case 'snapshot':
      return engine.snapshot(request.space, request.change);
    case 'status':
      return engine.status();
    case 'close':
      return engine.close();
    case 'exit':
      return process.exit(1);
    default:
      return request satisfies never;
  }
}
