import { describe } from 'vitest';
import { deadLettersContract } from '../events/dead-letters.contract.ts';
import { memoryDeadLetters } from './memory-dead-letters.ts';

describe('dead letters in memory', () => {
  const letters = memoryDeadLetters();
  deadLettersContract(() => letters);
});
