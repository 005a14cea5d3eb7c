import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fuzz, schemathesis } from '../schemathesis/schemathesis.ts';
import { removeData, type StandaloneServer, startStandaloneServer } from '../standalone-server.ts';

/** Per operation and phase. A run takes a minute and a half on two idle cores. */
const EXAMPLES_MAX = Number(process.env.KINDRED_FUZZ_EXAMPLES ?? 40);
const SEED = Number(process.env.KINDRED_SEED ?? 1);
const TIMEOUT_MS = 600_000;

const availability = await schemathesis();
const reason = 'reason' in availability ? availability.reason : undefined;
const why = reason === undefined ? '' : ` (did not run: ${reason})`;
if (reason !== undefined)
  console.log(`schemathesis cannot be installed, so the OpenAPI document is not checked: ${reason}`);

describe.skipIf(reason !== undefined && process.env.CI !== 'true')(`the OpenAPI document${why}`, () => {
  let server: StandaloneServer;
  beforeAll(async () => {
    server = await startStandaloneServer();
  });
  afterAll(async () => {
    await server.stop();
    await removeData(server.folder);
  });

  test(
    'says what the server does: generated requests meet no answer that differs from it',
    async () => {
      if (!('program' in availability)) throw new Error(`schemathesis cannot be installed: ${reason}`);
      console.log(`schemathesis: KINDRED_SEED=${SEED} KINDRED_FUZZ_EXAMPLES=${EXAMPLES_MAX}`);
      const { code, output } = await fuzz({
        program: availability.program,
        url: `${server.url}/openapi.json`,
        examplesMax: EXAMPLES_MAX,
        seed: SEED,
        timeoutMs: TIMEOUT_MS,
      });
      expect(code, output).toBe(0);
      expect(output).toMatch(/\d+ generated/);
    },
    TIMEOUT_MS,
  );
});
