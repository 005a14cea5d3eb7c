import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import type { z } from 'zod';
import type { Route } from '../../api/route.ts';
import { Problem } from '../../problem.ts';
import type { Log } from '../log.ts';
import { Histogram, type Registry } from '../metrics.ts';
import { JsonTextError, parseJsonText } from './json-text.ts';
import { parse } from './parse.ts';
import { problemHandler } from './problem-answer.ts';

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly log: Log;
  readonly registry: Registry;
  /** The bearer key that requests need, but for probes and metrics; `undefined` on loopback. */
  readonly apiKey: string | undefined;
  /** Host names besides loopback's that the server answers for. */
  readonly hosts: readonly string[];
  /** Names of what is not ready yet; empty when requests may come. */
  readonly notReady: () => readonly string[];
  /** Mounted before the routes: the reference page. */
  readonly pages?: readonly (readonly [path: string, handler: RequestHandler])[];
}

const OPEN_PATHS = new Set(['/livez', '/readyz', '/metrics']);
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
const JSON_BYTES_MAX = 1024 * 1024;

/** The HTTP application of a service: its routes behind the checks that every request passes. */
export function createApp(options: AppOptions): Express {
  const { routes, log, registry, apiKey, hosts, notReady, pages = [] } = options;
  const app = express();
  app.set('query parser', 'simple');
  app.set('strict routing', true);
  app.set('case sensitive routing', true);
  app.set('x-powered-by', false);
  app.set('etag', false);
  app.use(
    identify(),
    timed(registry),
    helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }),
  );
  app.use(knownHost(new Set([...LOOPBACK_HOSTS, ...hosts.map(hostName)])));
  if (apiKey !== undefined) app.use(authorised(apiKey));

  app.get('/livez', (_request, response) => void response.json({ status: 'live' }));
  app.get('/readyz', (_request, response) => {
    const waiting = notReady();
    response
      .status(waiting.length === 0 ? 200 : 503)
      .json({ status: waiting.length === 0 ? 'ready' : 'not-ready', waiting });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  for (const [path, handler] of pages) app.use(path, handler);
  for (const route of routes) app[route.method](expressPath(route.path), ...handlersOf(route));
  for (const path of new Set(routes.map((route) => route.path))) app.all(expressPath(path), refuseMethod(routes, path));
  app.use((request) => {
    throw new Problem('not-found', `there is nothing at ${request.path.slice(0, 200)}`);
  });
  app.use(problemHandler(log));
  return app;
}

/** A host as the Host header names it: IPv6 addresses stand in brackets. */
const hostName = (host: string): string => {
  const name = host.toLowerCase();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
};

const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

function refuseMethod(routes: readonly Route[], path: string): RequestHandler {
  const allowed = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new Problem('method-not-allowed', `${request.method} is not taken here; ${allowed.join(', ')} is`);
  };
}

function handlersOf(route: Route): RequestHandler[] {
  const handle: RequestHandler = async (request, response) => {
    // The schemas of the route are what its handler's types were made from.
    const answer = await route.handle({
      params: parsed(route.params, request.params) as never,
      query: parsed(route.query, request.query) as never,
      body: (route.body === undefined ? undefined : parse(route.body, jsonBody(request))) as never,
      header: (name) => request.get(name),
      stream: request,
      requestId: String(response.getHeader('X-Request-Id')),
    });
    response.status(answer.status);
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (answer.body === undefined) response.end();
    else response.type('application/json').send(JSON.stringify(answer.body));
  };
  return route.body === undefined ? [handle] : [readBody, handle];
}

function parsed(schema: z.ZodObject | undefined, input: unknown): unknown {
  // Express's parameters have no prototype, which zod takes for another kind of object.
  return schema === undefined ? undefined : parse(schema, { ...(input as object) });
}

const readBody = express.raw({ limit: JSON_BYTES_MAX, type: 'application/json' });

function jsonBody(request: Request): unknown {
  const type = (request.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Problem('unsupported-media-type', 'Content-Type must be application/json, with a body', {
      fields: [{ field: 'Content-Type', reason: 'must be application/json' }],
    });
  }
  if (!Buffer.isBuffer(request.body)) throw new Problem('invalid-json', 'the body is empty');
  try {
    return parseJsonText(request.body);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    const { field, message } = error;
    if (field === undefined) throw new Problem('invalid-json', `the body ${message}`);
    throw new Problem('invalid-request', `${field}: ${message}`, { fields: [{ field, reason: message }] });
  }
}

/** Every answer names its request; a caller's own id is kept where it is a plain word. */
function identify(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('X-Request-Id');
    response.setHeader('X-Request-Id', given && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID());
    next();
  };
}

function timed(registry: Registry): RequestHandler {
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

/** Refuses names that a hostile page could have pointed at this machine (DNS rebinding). */
function knownHost(known: ReadonlySet<string>): RequestHandler {
  return (request, _response, next) => {
    const name = (request.get('Host') ?? '').toLowerCase().replace(/:\d*$/, '');
    if (!known.has(name)) {
      throw new Problem('host-refused', 'this server does not answer for that host; KINDRED_HOSTS lists further ones', {
        fields: [{ field: 'Host', reason: 'is not known here' }],
      });
    }
    next();
  };
}

function authorised(apiKey: string): RequestHandler {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${apiKey}`);
  return (request: Request, _response: Response, next) => {
    if (!OPEN_PATHS.has(request.path) && !timingSafeEqual(digest(request.get('Authorization') ?? ''), wanted)) {
      throw new Problem('unauthorized', 'the Authorization header must be "Bearer" and the API key', {
        fields: [{ field: 'Authorization', reason: 'must be Bearer and the key' }],
      });
    }
    next();
  };
}
