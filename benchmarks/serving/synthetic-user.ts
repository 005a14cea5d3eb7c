import { type ItemId, userIdSchema } from '@kindred/shared/id';
import { type KeepAliveClient, succeeded } from '../engine/keep-alive-client.ts';

/** A user of the benchmark's own, in a catalog that other benchmarks use too. */
export const SYNTHETIC_USER = userIdSchema.parse('kindred-bench-user');

/**
 * Lets the user save these items, and waits until a slate reflects it.
 * @param at  The time of the catalog's other events: so the counters are the same to the last bit when the user is erased.
 */
export async function engage(
  client: KeepAliveClient,
  catalogPath: string,
  { items, at }: { readonly items: readonly ItemId[]; readonly at: string },
): Promise<void> {
  const events = items.map((item) => ({
    id: `${SYNTHETIC_USER}/${item}`,
    user: SYNTHETIC_USER,
    item,
    type: 'save',
    at,
  }));
  const { token }: { token: string } = JSON.parse(
    succeeded(await client.send('POST', `${catalogPath}/events`, { events })),
  );
  const body = { user: SYNTHETIC_USER, limit: 1, after: token };
  while ((await client.send('POST', `${catalogPath}/recommendations`, body)).status === 503);
}

/** Leaves the catalog as it was before. */
export async function eraseSyntheticUser(client: KeepAliveClient, catalogPath: string): Promise<void> {
  succeeded(await client.send('DELETE', `${catalogPath}/users/${SYNTHETIC_USER}`));
}
