import { z } from 'zod';
import { catalogIdSchema, itemIdSchema, userIdSchema } from '../id.ts';

/** Path parameters of a catalog. */
export const catalogParams = z.strictObject({ catalog: catalogIdSchema });
/** Path parameters of an item. */
export const itemParams = z.strictObject({ catalog: catalogIdSchema, item: itemIdSchema });
/** Path parameters of a user. */
export const userParams = z.strictObject({ catalog: catalogIdSchema, user: userIdSchema });
