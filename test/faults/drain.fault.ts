import { expect } from 'vitest';
import { drainUnderLoad } from './drain.ts';
import { createLoadCatalog, fillItems } from './load.ts';
import { testOnBroker } from './on-broker.ts';
import { seededRandom } from './random.ts';

const ITEMS = 2_000;
const EXIT_MS_MAX = 10_000;

testOnBroker('20 times SIGTERM under load fails no request in flight', {
  timeoutMs: 900_000,
  options: () => ({ replicas: { index: 2, ranking: 2 } }),
  run: async (engine) => {
    const random = seededRandom('SIGTERM under load');
    await createLoadCatalog(engine);
    await fillItems(engine.database, ITEMS, random);
    const times = Number(process.env.TIMES ?? 20);
    const tookMs = await drainUnderLoad(engine, { times, itemCount: ITEMS }, random);
    expect(Math.max(...tookMs)).toBeLessThan(EXIT_MS_MAX);
  },
});
