import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { Problem } from '../../problem.ts';

/**
 * Refuses requests whose Host header is a name that the server does not go by. A hostile page can point a name of its own
 * at this machine (DNS rebinding), and the browser then lets it read the answers; the name in the Host header gives it
 * away. An IP address as Host is never refused: the browser connects to the address that the page names, so there is
 * nothing to rebind, and a page that was not served from that address cannot read the answer.
 *
 * @param hosts  Further names besides `localhost`, in any case.
 */
export function requireKnownHost(hosts: readonly string[]): RequestHandler {
  const known = new Set(['localhost', ...hosts.map((host) => host.toLowerCase())]);
  return (request, _response, next) => {
    const host = request.get('Host');
    if (host === undefined && request.httpVersion === '1.1') {
      throw new Problem('invalid-http', 'HTTP/1.1 requests have a Host header');
    }
    const name = hostName(host);
    if (!isAddress(name) && !known.has(name)) {
      throw new Problem('host-refused', 'this server does not answer for that host; KINDRED_HOSTS lists further ones', {
        fields: [{ field: 'Host', reason: 'is not known here' }],
      });
    }
    next();
  };
}

/** Name or address in a Host header, in lower case, without the port; empty without a header. */
export function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d*$/, '');
}

/** IPv6 addresses stand in brackets. */
function isAddress(name: string): boolean {
  return name.startsWith('[') && name.endsWith(']') ? isIP(name.slice(1, -1)) === 6 : isIP(name) === 4;
}
