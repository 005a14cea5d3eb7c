import { modelsFolder } from '@kindred/test/standalone-server';
import { embedderContract } from '../embedder.contract.ts';
import { knownModel, MODEL_NAMES } from '../known-models.ts';
import { onnxEmbedder } from './onnx-embedder.ts';

const WORDS = 'the sea is wide and the keeper of the lighthouse counts the ships ';

for (const name of MODEL_NAMES) {
  const model = knownModel(name)!;
  const options = { model, modelsFolder: modelsFolder(), workers: 2, background: false };
  embedderContract(`the ONNX embedder with ${name}`, {
    start: () => onnxEmbedder(options),
    startBroken: () => onnxEmbedder({ ...options, modelsFolder: '/nowhere' }),
    dimensions: model.dimensions,
    prefixes: model.prefixes,
    // Each word is one token at least.
    overlong: [WORDS.repeat(100), WORDS.repeat(60)],
    runs: 15,
  });
}
