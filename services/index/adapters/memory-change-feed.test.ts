import { changeFeedContract } from './change-feed.contract.ts';
import { createMemoryChangeFeed } from './memory-change-feed.ts';

changeFeedContract(async () => {
  const feed = createMemoryChangeFeed();
  return { feed, writer: feed };
});
