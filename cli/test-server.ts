import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A row as it arrived, with the fields that tests look at. */
export interface SentRow {
  readonly id?: string;
  readonly title?: string;
  readonly at?: string;
}

/** A request that brought rows. */
export interface SentRows {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: number;
  readonly rows: readonly SentRow[];
}

export interface TestAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The other side of a command: the few addresses that it uses, without an engine behind them. */
export interface TestServer {
  readonly url: string;
  /** Requests whose rows were accepted, by arrival. */
  readonly sent: SentRows[];
  readonly catalogs: Set<string>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  readonly delayMs?: number;
  readonly port?: number;
  readonly waiting?: number;
  /** Called before the default answer. `'break'` ends the connection, `undefined` lets the request pass. */
  readonly answer?: (request: IncomingMessage, sent: SentRows | undefined) => TestAnswer | 'break' | undefined;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const sent: SentRows[] = [];
  const catalogs = new Set<string>();
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const rows = request.method === 'POST' ? await sentRows(request) : undefined;
    if (rows !== undefined) await sleep(options.delayMs ?? 0);
    const special = options.answer?.(request, rows);
    if (special === 'break') {
      request.socket.destroy();
      return;
    }
    const { status, body, headers } = special ?? accept(request, rows);
    response.writeHead(status, headers).end(JSON.stringify(body));
  }

  function accept({ method, url = '' }: IncomingMessage, rows: SentRows | undefined): TestAnswer {
    if (rows !== undefined) {
      sent.push(rows);
      return { status: 202, body: { accepted: rows.rows.length, rejected: [], token: 'token' } };
    }
    if (method === 'PUT') catalogs.add(url.split('/').at(-1) ?? '');
    if (method === 'PUT') return { status: 201, body: { catalog: url.split('/').at(-1) } };
    const sizes = [...catalogs].map((catalog) => ({ catalog, items: 0, waiting: options.waiting ?? 0, failed: 0 }));
    return { status: 200, body: { catalogs: sizes } };
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    sent,
    catalogs,
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @returns `undefined` for a request without a body. */
async function sentRows(request: IncomingMessage): Promise<SentRows | undefined> {
  const body = await text(request);
  if (body === '') return undefined;
  return {
    path: request.url ?? '',
    authorization: request.headers.authorization,
    contentType: request.headers['content-type'],
    bytes: Buffer.byteLength(body),
    rows: body.split('\n').map((line) => JSON.parse(line)),
  };
}
