import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** Gives every answer the id of its request; a caller's own id is kept where it is a plain word. */
export function identifyRequest(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('X-Request-Id');
    response.setHeader('X-Request-Id', given && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID());
    next();
  };
}
