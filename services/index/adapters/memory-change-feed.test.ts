import { changeFeedContract } from '../ports/change-feed.contract.ts';
import { createMemoryChangeFeed } from './memory-change-feed.ts';

changeFeedContract(async () => {
  const feed = createMemoryChangeFeed();
  return { feed, writer: feed };
});
