import { changeFeedContract } from '../ports/change-feed.contract.ts';
import { MemoryChangeFeed } from './memory-change-feed.ts';

changeFeedContract(async () => {
  const feed = new MemoryChangeFeed();
  return { feed, writer: feed };
});
