import { join, resolve } from 'node:path';
import { DEFAULT_MODEL, knownModel, MODEL_NAMES } from '@kindred/shared/embedding/known-models';
import { prepareModel } from './model-files.ts';

// Makes the model that KINDRED_MODEL names ready to run, or those that are named as arguments; or says why it cannot be.
const names = process.argv.length > 2 ? process.argv.slice(2) : [process.env.KINDRED_MODEL || DEFAULT_MODEL];
for (const name of names) {
  const model = knownModel(name);
  if (model === undefined) {
    console.error(`Kindred set-up: KINDRED_MODEL is ${name}; known are ${MODEL_NAMES.join(', ')}`);
    process.exit(78);
  }
  try {
    await prepareModel(model, {
      modelsFolder: join(resolve(process.env.KINDRED_DATA_DIR || '.kindred'), 'models'),
      givenFolder: process.env.KINDRED_MODEL_FILES,
      say: (line) => console.log(`Kindred set-up: ${line}`),
    });
  } catch (error) {
    console.error(`Kindred set-up: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
