import { batchAnswerSchema, LIST_ROWS_MAX } from '@kindred/shared/api/batch';
import {
  deletedItemSchema,
  ifMatchHeaders,
  itemAnswerSchema,
  itemBodySchema,
  itemRows,
  writtenItemSchema,
} from '@kindred/shared/api/items';
import { catalogParams, itemParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import type { ItemId } from '@kindred/shared/id';
import { acceptBatch } from '@kindred/shared/platform/http/batch';
import { Problem } from '@kindred/shared/problem';
import type { Ingestion } from '../ingestion.ts';
import { preconditionOf } from './precondition.ts';

const PATH = '/v1/catalogs/{catalog}/items/{item}';

/** The addresses of items. */
export function itemRoutes(ingestion: Ingestion): readonly Route[] {
  return [putItem(ingestion), getItem(ingestion), deleteItem(ingestion), postItems(ingestion)];
}

const putItem = (ingestion: Ingestion): Route =>
  route({
    method: 'put',
    path: PATH,
    summary: 'Write one item, whole',
    params: itemParams,
    headers: ifMatchHeaders,
    body: itemBodySchema,
    answers: {
      200: { description: 'It existed and is replaced', body: writtenItemSchema },
      201: { description: 'It is new', body: writtenItemSchema },
    },
    problems: [
      'catalog-not-found',
      'id-mismatch',
      'precondition-failed',
      'invalid-json',
      'too-large',
      'unsupported-media-type',
    ],
    handle: async ({ params: { catalog, item: id }, headers, body }) => {
      requireSameId(id, body.id);
      const precondition = preconditionOf(headers['If-Match']);
      const { item, etag, isNew, token } = await ingestion.putItem(catalog, { ...body, id }, precondition);
      return { status: isNew ? 201 : 200, body: { item, token }, headers: { ETag: etag } };
    },
  });

/** @throws {Problem} `id-mismatch` */
function requireSameId(inPath: ItemId, inBody: ItemId | undefined): void {
  if (inBody === undefined || inBody === inPath) return;
  const reason = 'must equal the id in the path';
  throw new Problem('id-mismatch', `id: ${reason}`, { fields: [{ field: 'id', reason }] });
}

const getItem = (ingestion: Ingestion): Route =>
  route({
    method: 'get',
    path: PATH,
    summary: 'Read one item',
    params: itemParams,
    answers: { 200: { description: 'The item', body: itemAnswerSchema } },
    problems: ['catalog-not-found', 'item-not-found'],
    handle: async ({ params: { catalog, item: id } }) => {
      const { item, etag } = await ingestion.getItem(catalog, id);
      return { status: 200, body: item, headers: { ETag: etag } };
    },
  });

const deleteItem = (ingestion: Ingestion): Route =>
  route({
    method: 'delete',
    path: PATH,
    summary: 'Delete one item',
    params: itemParams,
    headers: ifMatchHeaders,
    answers: { 200: { description: 'It is gone: no answer contains it from now on', body: deletedItemSchema } },
    problems: ['catalog-not-found', 'item-not-found', 'precondition-failed'],
    handle: async ({ params: { catalog, item }, headers }) => ({
      status: 200,
      body: { token: await ingestion.deleteItem(catalog, item, preconditionOf(headers['If-Match'])) },
    }),
  });

const postItems = (ingestion: Ingestion): Route =>
  route({
    method: 'post',
    path: '/v1/catalogs/{catalog}/items',
    summary: 'Write many items',
    description: `A JSON list of at most ${LIST_ROWS_MAX} rows, or NDJSON. NDJSON is stored in chunks of 500 rows as it streams.`,
    params: catalogParams,
    rows: itemRows,
    answers: { 202: { description: 'At least one row was stored', body: batchAnswerSchema } },
    problems: [
      'catalog-not-found',
      'invalid-json',
      'invalid-encoding',
      'too-large',
      'unsupported-media-type',
      'nothing-accepted',
    ],
    handle: async ({ params: { catalog }, stream }) => {
      await ingestion.requireCatalog(catalog);
      return { status: 202, body: await acceptBatch(stream, itemRows, (items) => ingestion.putItems(catalog, items)) };
    },
  });
