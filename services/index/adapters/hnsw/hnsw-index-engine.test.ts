import { indexEngineContract } from '../../ports/index-engine.contract.ts';
import { createIndexHost } from './hnsw-index-engine.ts';

indexEngineContract(createIndexHost);
