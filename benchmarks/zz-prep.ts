import { readBenchConfig } from '/work/main/benchmarks/config.ts';
import { findDataset } from '/work/main/benchmarks/datasets/find-dataset.ts';
import { prepareCatalog } from '/work/main/benchmarks/engine/prepared-catalog.ts';

const config = readBenchConfig(process.env);
const dataset = await findDataset(process.argv[2]!, config.dataRoot);
const start = performance.now();
console.log(await prepareCatalog({ config, dataset, part: '', takes: () => true }), (performance.now() - start) / 1000);
