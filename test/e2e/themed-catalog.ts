import { expect } from 'vitest';
import { type Client, clientOf, type ReplyItem } from '../client.ts';
import { patient } from './patient-client.ts';

export interface Addresses {
  readonly catalogUrl: string;
  readonly rankingUrl: string;
  /** Every process by its name, where there are several. */
  readonly urls?: ReadonlyMap<string, string>;
}

const THEMES: Readonly<Record<string, readonly string[]>> = {
  bread: [
    'Sourdough loaf',
    'Rye bread',
    'Baguette',
    'Focaccia with rosemary',
    'Cinnamon buns',
    'Brioche',
    'Flatbread from a clay oven',
    'Cornbread',
    'Ciabatta rolls',
    'Pumpernickel',
  ],
  space: [
    'Saturn and its rings',
    'A comet near the sun',
    'The Andromeda galaxy',
    'A lunar eclipse',
    'The Mars rover',
    'The space telescope',
    'A meteor shower',
    'The Orion nebula',
    'A solar flare',
    'Jupiter’s moons',
  ],
  boats: [
    'Wooden rowing boat',
    'Racing yacht',
    'Fishing trawler',
    'Canal barge',
    'Sea kayak',
    'Tall ship under sail',
    'Outrigger canoe',
    'Ferry to the islands',
    'Tugboat in the harbour',
    'Catamaran',
  ],
};
export const ITEMS = Object.entries(THEMES).flatMap(([theme, titles]) =>
  titles.map((title, index) => ({
    id: `${theme}-${index}`,
    title,
    description: `${title}: one of ten things about ${theme}.`,
    tags: [theme],
    categories: [theme],
    creator: `maker-${index % 3}`,
    attributes: { year: 2000 + index, rare: index === 0 },
  })),
);

/** A catalog of thirty items of three themes, ten each, that are searchable once `after` is reflected. */
export interface ThemedCatalog {
  readonly base: string;
  readonly catalog: Client;
  readonly ranking: Client;
  readonly after: string;
}

/** @returns Makes a new one each time. */
export function themedCatalogs(addresses: () => Addresses): () => Promise<ThemedCatalog> {
  let catalogs = 0;
  return async () => {
    const { catalogUrl, rankingUrl } = addresses();
    const catalog = clientOf(catalogUrl);
    const ranking = patient(clientOf(rankingUrl));
    const base = `/v1/catalogs/e2e-${Date.now().toString(36)}-${catalogs++}`;
    expect((await catalog.put(base)).status).toBe(201);
    const written = await catalog.post(`${base}/items`, { items: ITEMS });
    expect(written.status).toBe(202);
    expect(written.body).toMatchObject({ accepted: 30, rejected: [] });
    const probe = await ranking.get(`${base}/items/bread-0/similar?limit=1&after=${written.body.token}`);
    expect(probe.status).toBe(200);
    return { base, catalog, ranking, after: written.body.token };
  };
}

export const ids = (items: readonly ReplyItem[]): string[] => items.map(({ item }) => item);

export function save(user: string, item: string, more: object = {}): object {
  return { id: `${user}-${item}-${JSON.stringify(more)}`, user, item, type: 'save', ...more };
}

/** @returns The token of what was sent. */
export async function send(ranking: Client, base: string, events: readonly object[]): Promise<string> {
  const reply = await ranking.post(`${base}/events`, { events });
  expect(reply.status).toBe(202);
  return reply.body.token;
}
