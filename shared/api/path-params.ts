import { z } from 'zod';
import { catalogIdSchema, itemIdSchema, userIdSchema } from '../id.ts';

export const catalogParams = z.strictObject({ catalog: catalogIdSchema });
export const itemParams = z.strictObject({ catalog: catalogIdSchema, item: itemIdSchema });
export const userParams = z.strictObject({ catalog: catalogIdSchema, user: userIdSchema });
