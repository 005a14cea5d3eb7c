import { afterAll, expect } from 'vitest';
import { killServices, makeFuses } from './kill-services.ts';
import { createLoadCatalog, fillItems } from './load.ts';
import { testOnBroker } from './on-broker.ts';
import { seededRandom } from './random.ts';

const ITEMS = 10_000;
const SERVING_MS_MAX = 10_000;
const CONSUMED_MS_MAX = 20_000;
const fuses = await makeFuses();
afterAll(() => fuses.remove());

testOnBroker('25 kills −9 of services lose nothing acknowledged', {
  timeoutMs: 1_200_000,
  options: () => ({ environment: fuses.environment }),
  run: async (engine) => {
    const random = seededRandom('kills of services');
    await createLoadCatalog(engine);
    await fillItems(engine.database, ITEMS, random);
    const kills = Number(process.env.KILLS ?? 25);
    const { servingMs, consumedMs } = await killServices(engine, { kills, fuses, itemCount: ITEMS }, random);
    expect(Math.max(...servingMs)).toBeLessThan(SERVING_MS_MAX);
    expect(Math.max(...consumedMs)).toBeLessThan(CONSUMED_MS_MAX);
  },
});
