import { batchAnswerSchema, catalogParams, itemParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import { itemFieldsSchema, itemSchema } from '@kindred/shared/catalog';
import { itemIdSchema } from '@kindred/shared/id';
import { acceptBatch } from '@kindred/shared/platform/http/batch';
import { Problem } from '@kindred/shared/problem';
import { z } from 'zod';
import type { Ingestion } from '../ingestion.ts';
import type { Precondition } from '../item-store.ts';

const catalogSchema = z.object({
  catalog: z.string(),
  items: z.int(),
  waiting: z.int().meta({ description: 'Items whose text is not embedded yet' }),
  failed: z.int().meta({ description: 'Items whose text could not be embedded' }),
  space: z.string().optional().meta({ description: 'The embedding space that serves' }),
});
const tokenAnswer = z.object({ token: z.string() });
const itemBody = itemFieldsSchema.extend({ id: itemIdSchema.optional() });
const rows = { list: 'items', row: itemSchema };
const ifMatch = z.object({ 'If-Match': z.string().optional().meta({ description: 'An ETag of the item, or *' }) });

/** The addresses of catalogs and items. */
export function ingestionRoutes(ingestion: Ingestion): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/catalogs',
      summary: 'List catalogs with their sizes and embedding backlog',
      answers: { 200: { description: 'All catalogs by id', body: z.object({ catalogs: z.array(catalogSchema) }) } },
      problems: [],
      handle: async () => ({ status: 200, body: { catalogs: await ingestion.catalogs() } }),
    }),
    route({
      method: 'put',
      path: '/v1/catalogs/{catalog}',
      summary: 'Create a catalog, if it is not there',
      params: catalogParams,
      answers: {
        200: { description: 'It was there', body: z.object({ catalog: z.string() }) },
        201: { description: 'It is new', body: z.object({ catalog: z.string() }) },
      },
      problems: [],
      handle: async ({ params: { catalog } }) => ({
        status: (await ingestion.createCatalog(catalog)) ? 201 : 200,
        body: { catalog },
      }),
    }),
    ...itemRoutes(ingestion),
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/items',
      summary: 'Write many items',
      description: 'A JSON list or NDJSON. NDJSON is stored in chunks of 500 rows as it streams.',
      params: catalogParams,
      rows,
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
        return { status: 202, body: await acceptBatch(stream, rows, (items) => ingestion.putItems(catalog, items)) };
      },
    }),
  ];
}

function itemRoutes(ingestion: Ingestion): readonly Route[] {
  const path = '/v1/catalogs/{catalog}/items/{item}';
  return [
    route({
      method: 'put',
      path,
      summary: 'Write one item, whole',
      params: itemParams,
      headers: ifMatch,
      body: itemBody,
      answers: {
        200: { description: 'It was there and is replaced', body: z.object({ item: itemSchema, token: z.string() }) },
        201: { description: 'It is new', body: z.object({ item: itemSchema, token: z.string() }) },
      },
      problems: ['catalog-not-found', 'precondition-failed', 'invalid-json', 'too-large', 'unsupported-media-type'],
      handle: async ({ params, body, header }) => {
        if (body.id !== undefined && body.id !== params.item) {
          const reason = 'must equal the id in the path';
          throw new Problem('invalid-request', `id: ${reason}`, { fields: [{ field: 'id', reason }] });
        }
        const given = { ...body, id: params.item };
        const { item, etag, isNew, token } = await ingestion.putItem(
          params.catalog,
          given,
          preconditionOf(header('If-Match')),
        );
        return { status: isNew ? 201 : 200, body: { item, token }, headers: { ETag: etag } };
      },
    }),
    route({
      method: 'get',
      path,
      summary: 'Read one item',
      params: itemParams,
      answers: { 200: { description: 'The item', body: itemSchema } },
      problems: ['catalog-not-found', 'item-not-found'],
      handle: async ({ params }) => {
        const { item, etag } = await ingestion.getItem(params.catalog, params.item);
        return { status: 200, body: item, headers: { ETag: etag } };
      },
    }),
    route({
      method: 'delete',
      path,
      summary: 'Delete one item',
      params: itemParams,
      headers: ifMatch,
      answers: { 200: { description: 'It is gone: no answer contains it any more', body: tokenAnswer } },
      problems: ['catalog-not-found', 'item-not-found', 'precondition-failed'],
      handle: async ({ params, header }) => ({
        status: 200,
        body: { token: await ingestion.deleteItem(params.catalog, params.item, preconditionOf(header('If-Match'))) },
      }),
    }),
  ];
}

/** Reads If-Match: `*`, or entity tags of which weak ones and strangers match nothing. */
function preconditionOf(header: string | undefined): Precondition | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'exists';
  const tags = header.split(',').map((tag) => /^"(\d{1,15})"$/.exec(tag.trim()));
  return { changes: tags.flatMap((tag) => (tag ? [Number(tag[1])] : [])) };
}
