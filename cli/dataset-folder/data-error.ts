/** A file or folder that cannot be used as it is. The message names it, for the user who gave it. */
export class DataError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataError';
  }
}
