import type { RequestHandler } from 'express';
import { Histogram, type Registry } from '../metrics.ts';

/** Measures the time from each request to the end of its answer, by method, route and status. */
export function measureRequests(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'kindred_http_request_duration_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [registry],
  });
  return (request, response, next) => {
    const startMs = performance.now();
    response.on('finish', () => {
      // The route's pattern: a label of its own for each path that a caller makes up would fill the memory.
      const route: unknown = request.route?.path;
      const labels = {
        method: request.method,
        route: typeof route === 'string' ? route : 'other',
        status: response.statusCode,
      };
      seconds.observe(labels, (performance.now() - startMs) / 1000);
    });
    next();
  };
}
