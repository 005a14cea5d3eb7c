import { setTimeout as sleep } from 'node:timers/promises';
import { type KeepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import { startProgress } from '../measure/progress.ts';

const POLL_MS = 1_000;
const TIMEOUT_MS = 30 * 60_000;

/** Request to the server, as a path and a body. */
export interface SlateRequest {
  readonly catalogPath: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Waits until slates are whole and scored by trained weights; trains the catalog through the server where they are not.
 * @throws Error when that takes half an hour, or the history gives no weights.
 */
export async function trainedWeights(client: KeepAliveClient, { catalogPath, body }: SlateRequest): Promise<void> {
  const slate = async (): Promise<{ degraded: readonly string[]; items: readonly SlateItem[] }> =>
    JSON.parse(succeeded(await client.send('POST', `${catalogPath}/recommendations`, { ...body, explain: true })));
  const isTrained = ({ items }: { items: readonly SlateItem[] }): boolean =>
    items[0]?.explanation.weights === 'trained';
  const deadline = Date.now() + TIMEOUT_MS;
  while ((await slate()).degraded.length > 0) {
    if (Date.now() > deadline) throw new Error('after half an hour slates are not whole');
    await sleep(POLL_MS);
  }
  if (isTrained(await slate())) return;
  succeeded(await client.send('POST', `${catalogPath}/trainings`, {}));
  const progress = startProgress('serving: the catalog is trained first', 1);
  for (; Date.now() < deadline; await sleep(POLL_MS)) {
    const { training } = JSON.parse(succeeded(await client.send('GET', `${catalogPath}/trainings`)));
    if (training.state === 'failed') throw new Error(`the catalog was not trained: ${training.reason}`);
    if (training.state === 'trained' && isTrained(await slate())) return progress.done();
  }
  throw new Error('after half an hour slates are not scored by trained weights');
}

interface SlateItem {
  readonly explanation: { readonly weights: string };
}
