import type { KnownModel } from '@kindred/shared/embedding/known-models';

/** A file of a known model, with its sha256 and its place at each source. */
export type ModelFile = KnownModel['files'][number];

/** A place that may have the files of models. */
export interface ModelSource {
  /** As messages name it: `${file} from ${name}`. */
  readonly name: string;
  /**
   * Writes one file of a model to `path`. Its content is unchecked: the caller compares the sha256. A source outside this
   * machine writes at most as many bytes as the file is known to have.
   * @throws {Error} with the reason when it does not have the file; what then lies at `path` is to be discarded.
   */
  bring(model: KnownModel, file: ModelFile, path: string): Promise<void>;
}
