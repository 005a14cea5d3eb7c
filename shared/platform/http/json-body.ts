import express, { type Request, type RequestHandler } from 'express';
import { Problem } from '../../problem.ts';
import { JsonTextError, parseJsonText } from './json-text.ts';

const JSON_BYTES_MAX = 1024 * 1024;

/** Reads a JSON body of up to 1 MiB, decompressed, into `request.body` as bytes. */
export const readJsonBody: RequestHandler = express.raw({ limit: JSON_BYTES_MAX, type: 'application/json' });

/**
 * The JSON of a body that `readJsonBody` has read.
 * @throws {Problem} `unsupported-media-type`, `invalid-json`, or `invalid-request` for a key that is refused.
 */
export function jsonBodyOf(request: Request): unknown {
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
