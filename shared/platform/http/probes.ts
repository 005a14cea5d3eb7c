import { Router } from 'express';
import type { Registry } from '../metrics.ts';

/** The addresses that load balancers, Kubernetes and Prometheus ask, by any Host and without a key. */
export const PROBE_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

export interface ProbeOptions {
  readonly registry: Registry;
  /** As `Service` has it. */
  readonly notReady: () => readonly string[];
}

/**
 * `/livez` answers while the process does; `/readyz` is 503 while anything is not ready, and names it; `/metrics` has the
 * form of Prometheus.
 *
 * They stand before the checks of host and key: probes ask by IP address or by a name that only the cluster knows, and
 * cannot be given a key. A hostile page that points its own name at this machine (DNS rebinding) could read them; they
 * hold counts and names of parts, nothing that anyone stored.
 */
export function probes({ registry, notReady }: ProbeOptions): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.get('/livez', (_request, response) => void response.json({ status: 'live' }));
  router.get('/readyz', (_request, response) => {
    const waiting = notReady();
    const isReady = waiting.length === 0;
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not-ready', waiting });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
