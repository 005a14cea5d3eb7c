import type { Express, Request, RequestHandler } from 'express';
import type { z } from 'zod';
import type { Route } from '../../api/route.ts';
import { Problem } from '../../problem.ts';
import { jsonBodyOf, readJsonBody } from './json-body.ts';
import { parse } from './parse.ts';

/** Mounts every route; other methods at their paths are refused with the list of those that are taken. */
export function mountRoutes(app: Express, routes: readonly Route[]): void {
  for (const route of routes) app[route.method](expressPath(route.path), ...handlersOf(route));
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    app.all(expressPath(path), refuseMethod(ofPath.map((route) => route.method.toUpperCase())));
  }
}

/** `/items/{item}` as Express writes it: `/items/:item`. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

function refuseMethod(taken: readonly string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', taken.join(', '));
    throw new Problem('method-not-allowed', `${request.method} is not taken here; ${taken.join(', ')} is`);
  };
}

function handlersOf(route: Route): RequestHandler[] {
  const handle: RequestHandler = async (request, response) => {
    // The handler's types were made from the schemas that parse here.
    const answer = await route.handle({
      params: parsed(route.params, request.params) as never,
      query: parsed(route.query, request.query) as never,
      headers: parsed(route.headers, headersOf(route, request)) as never,
      body: (route.body === undefined ? undefined : parse(route.body, jsonBodyOf(request))) as never,
      stream: request,
      requestId: String(response.getHeader('X-Request-Id')),
    });
    response.status(answer.status);
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (answer.body === undefined) response.end();
    else response.type('application/json').send(JSON.stringify(answer.body));
  };
  return route.body === undefined ? [handle] : [readJsonBody, handle];
}

function parsed(schema: z.ZodObject | undefined, input: unknown): unknown {
  // Express's parameters have no prototype, which zod takes for another kind of object.
  return schema === undefined ? undefined : parse(schema, { ...(input as object) });
}

/** The declared headers that are there, by their names as declared. */
function headersOf({ headers }: Route, request: Request): object {
  const given = Object.keys(headers?.shape ?? {}).map((name) => [name, request.get(name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
