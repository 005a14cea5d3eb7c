import { compareIds, type ItemId } from '@kindred/shared/id';
import type { Candidate } from './candidate.ts';

/**
 * Keeps the best of many scored items, as a heap with the worst of them on top.
 * Cost: O(1) for an item that is not among the best, else O(log count).
 */
export class BestItems {
  readonly #count: number;
  readonly #items: readonly ItemId[];
  readonly #numbers: number[] = [];
  readonly #scores: number[] = [];

  /** @param items  Their ids by number. */
  constructor(count: number, items: readonly ItemId[]) {
    this.#count = count;
    this.#items = items;
  }

  /** @param score  At 0 or below the item is passed over. */
  offer(number: number, score: number): void {
    if (score <= 0 || this.#count === 0) return;
    if (this.#numbers.length < this.#count) {
      this.#numbers.push(number);
      this.#scores.push(score);
      this.#rise(this.#numbers.length - 1);
    } else if (this.#isWorse(this.#scores[0]!, this.#numbers[0]!, score, number)) {
      this.#numbers[0] = number;
      this.#scores[0] = score;
      this.#sink();
    }
  }

  /** Best first, ties by id. */
  list(): readonly Candidate[] {
    return this.#numbers
      .map((number, place): Candidate => ({ item: this.#items[number]!, score: this.#scores[place]!, because: [] }))
      .sort((a, b) => b.score - a.score || compareIds(a.item, b.item));
  }

  #isWorse(score: number, number: number, otherScore: number, otherNumber: number): boolean {
    if (score !== otherScore) return score < otherScore;
    return compareIds(this.#items[number]!, this.#items[otherNumber]!) > 0;
  }

  #isWorseAt(place: number, other: number): boolean {
    return this.#isWorse(this.#scores[place]!, this.#numbers[place]!, this.#scores[other]!, this.#numbers[other]!);
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (!this.#isWorseAt(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(): void {
    for (let place = 0; ; ) {
      let worst = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < this.#numbers.length && this.#isWorseAt(child, worst)) worst = child;
      }
      if (worst === place) return;
      this.#swap(place, worst);
      place = worst;
    }
  }

  #swap(a: number, b: number): void {
    [this.#numbers[a], this.#numbers[b]] = [this.#numbers[b]!, this.#numbers[a]!];
    [this.#scores[a], this.#scores[b]] = [this.#scores[b]!, this.#scores[a]!];
  }
}
