import { z } from 'zod';

const catalogSchema = z.object({
  catalog: z.string(),
  items: z.int(),
  waiting: z.int().meta({ description: 'Items whose text is not embedded yet' }),
  failed: z.int().meta({ description: 'Items whose text could not be embedded' }),
  space: z.string().optional().meta({ description: 'The embedding space that serves' }),
});

/** All catalogs, by id. */
export const catalogsAnswerSchema = z.object({ catalogs: z.array(catalogSchema) });

/** The answer to the creation of a catalog. */
export const catalogAnswerSchema = z.object({ catalog: z.string() });
