import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem } from '../../problem.ts';

/** Refuses requests without the bearer key. The time of the comparison says nothing about the key. */
export function requireApiKey(apiKey: string): RequestHandler {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${apiKey}`);
  return (request, _response, next) => {
    if (!timingSafeEqual(digest(request.get('Authorization') ?? ''), wanted)) {
      throw new Problem('unauthorized', 'the Authorization header must be "Bearer" and the API key', {
        fields: [{ field: 'Authorization', reason: 'must be Bearer and the key' }],
      });
    }
    next();
  };
}
