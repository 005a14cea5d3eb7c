import type { RequestHandler } from 'express';
import { Problem } from '../../problem.ts';
import { hostName } from './host-check.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that may change something and come from a web page of another host (cross-site request forgery): a
 * browser sends a POST without a body to any address that a page names, without asking first. A page of any port of this
 * machine may send them. For servers without an API key only: no page sends a key that it was not given.
 *
 * @param hosts  Further names besides loopback's, in any case.
 */
export function refuseOtherOrigins(hosts: readonly string[]): RequestHandler {
  const known = new Set(['localhost', '127.0.0.1', '[::1]', ...hosts.map((host) => host.toLowerCase())]);
  return (request, _response, next) => {
    if (READING.has(request.method)) return next();
    if (request.get('Sec-Fetch-Site') === 'cross-site') throw refusal('Sec-Fetch-Site');
    const origin = request.get('Origin');
    if (origin === undefined) return next();
    const name = /^https?:\/\/([^/@]+)$/i.exec(origin)?.[1];
    const isKnown =
      name !== undefined && (known.has(hostName(name)) || hostName(name) === hostName(request.get('Host')));
    if (!isKnown) throw refusal('Origin');
    next();
  };
}

function refusal(field: string): Problem {
  return new Problem('origin-refused', 'without an API key, a web page of another host may not send this request', {
    fields: [{ field, reason: 'names another host' }],
  });
}
