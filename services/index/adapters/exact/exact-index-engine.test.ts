import { indexEngineContract } from '../../ports/index-engine.contract.ts';
import { ExactIndexEngine } from './exact-index-engine.ts';

indexEngineContract(() => ({ engine: new ExactIndexEngine(), settle: async () => {} }));
