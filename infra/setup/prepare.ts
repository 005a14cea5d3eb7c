import { knownModel, MODEL_NAMES } from '@kindred/shared/embedding/known-models';
import { ConfigError, StartError } from '@kindred/shared/platform/config';
import { readSetupConfig } from '../config.ts';
import { prepareModel } from './model-files.ts';

// Makes the model that KINDRED_MODEL names ready to run, or the models that are named as arguments; or says why it cannot.

try {
  const { model, modelsFolder, givenFolder } = readSetupConfig();
  const names = process.argv.slice(2);
  const models = names.length === 0 ? [model] : names.map(requireKnown);
  for (const each of models) {
    await prepareModel(each, { modelsFolder, givenFolder, say: (line) => console.log(`Kindred set-up: ${line}`) });
  }
} catch (error) {
  console.error(`Kindred set-up: ${error instanceof Error ? error.message : error}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

function requireKnown(name: string): NonNullable<ReturnType<typeof knownModel>> {
  const model = knownModel(name);
  if (model === undefined) throw new StartError(`there is no model ${name}; known are ${MODEL_NAMES.join(', ')}`);
  return model;
}
