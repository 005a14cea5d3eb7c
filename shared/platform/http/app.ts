import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Route } from '../../api/route.ts';
import { Problem } from '../../problem.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../metrics.ts';
import { requireApiKey } from './api-key.ts';
import { requireKnownHost } from './host-check.ts';
import { refuseOtherOrigins } from './origin-check.ts';
import { probes } from './probes.ts';
import { problemHandler } from './problem-answer.ts';
import { identifyRequest } from './request-id.ts';
import { measureRequests } from './request-metrics.ts';
import { mountRoutes } from './route-handler.ts';

/** Routes of an application, and the checks before them. */
export interface AppOptions {
  readonly routes: readonly Route[];
  readonly log: Log;
  readonly registry: Registry;
  /** The bearer key that every request but a probe needs; `undefined` on loopback. */
  readonly apiKey: string | undefined;
  /** Host names that the server answers for, besides those of loopback. */
  readonly hosts: readonly string[];
  /** As `Service` has it. */
  readonly notReady: () => readonly string[];
  /** Mounted before the routes: the reference page. */
  readonly pages?: readonly (readonly [path: string, handler: RequestHandler])[];
}

/** The HTTP application of a service: its routes behind the checks that every request passes. */
export function createApp({ routes, log, registry, apiKey, hosts, notReady, pages = [] }: AppOptions): Express {
  const app = express();
  app.set('query parser', 'simple');
  app.set('strict routing', true);
  app.set('case sensitive routing', true);
  app.set('x-powered-by', false);
  app.set('etag', false);

  app.use(identifyRequest());
  app.use(measureRequests(registry));
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(probes({ notReady, registry }));
  app.use(requireKnownHost(hosts));
  app.use(apiKey === undefined ? refuseOtherOrigins(hosts) : requireApiKey(apiKey));

  for (const [path, handler] of pages) app.use(path, handler);
  mountRoutes(app, routes);
  app.use((request) => {
    throw new Problem('not-found', `there is nothing at ${request.path.slice(0, 200)}`);
  });
  app.use(problemHandler(log));
  return app;
}
