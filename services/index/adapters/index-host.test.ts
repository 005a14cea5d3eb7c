import { indexEngineContract } from './index-engine.contract.ts';
import { createIndexHost } from './index-host.ts';

indexEngineContract(createIndexHost);
