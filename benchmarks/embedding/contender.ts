/** Something that embeds texts as fast as it can. */
export interface EmbeddingContender {
  readonly name: string;
  /** Number of threads that embed. */
  readonly threads: number;
  /** Embeds every text anew, whatever it has embedded before. */
  embedAll(texts: readonly EmbeddedText[]): Promise<Spent>;
  close(): Promise<void>;
}

/** Time and count of a run. */
export interface Spent {
  readonly wallMs: number;
  /** Processor time of all threads of the contender, which other programs do not lengthen by waiting. */
  readonly cpuMs: number;
}

/** An item that the texts are of, and its text as the product embeds it. */
export interface EmbeddedText {
  readonly item: { readonly id: string };
  readonly text: string;
}
