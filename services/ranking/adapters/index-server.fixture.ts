import { createServer, type IncomingMessage, type Server } from 'node:http';
import { filterSchema } from '@kindred/shared/catalog';
import { catalogIdSchema, itemIdSchema, type SpaceId } from '@kindred/shared/id';
import type { NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import { z } from 'zod';

const querySchema = z.strictObject({
  item: itemIdSchema.optional(),
  vector: z.array(z.number()).optional(),
  space: z.string().optional(),
  k: z.int(),
  filter: filterSchema.optional(),
});
const neighborsSchema = z.strictObject({
  catalog: catalogIdSchema,
  position: z.int(),
  queries: z.array(querySchema),
});
const reachedSchema = z.strictObject({ catalog: catalogIdSchema, change: z.int(), timeoutMs: z.int() });

/** A replica of the index as ranking sees it: its two addresses over HTTP, answered by a source. */
export class IndexServer {
  readonly #server: Server;

  private constructor(source: NeighborSource) {
    this.#server = createServer(async (request, response) => {
      const { status, body } = await answer(source, request).catch(failure);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  static async start(source: NeighborSource): Promise<IndexServer> {
    const server = new IndexServer(source);
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

async function answer(source: NeighborSource, request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  if (request.url === '/reached') {
    const { catalog, change, timeoutMs } = reachedSchema.parse(body);
    return { status: 200, body: { position: await source.reached(catalog, change, timeoutMs) } };
  }
  const { catalog, position, queries } = neighborsSchema.parse(body);
  const { neighbors, ...rest } = await source.neighbors(catalog, queries.map(queryOf), position);
  const lists = neighbors.map((list) => ({
    items: list.map(({ item }) => item),
    similarities: list.map(({ similarity }) => similarity),
  }));
  return { status: 200, body: { ...rest, neighbors: lists } };
}

function queryOf({ item, vector = [], space, k, filter }: z.output<typeof querySchema>): NeighborQuery {
  const rest = { k, ...(filter && { filter }) };
  if (item !== undefined) return { target: { item }, ...rest };
  const target = { vector: Float32Array.from(vector), ...(space !== undefined && { space: space as SpaceId }) };
  return { target, ...rest };
}

function failure(error: unknown): Answer {
  const isUnavailable = error instanceof Problem && error.code === 'unavailable';
  return { status: isUnavailable ? 503 : 400, body: { detail: String(error) } };
}
