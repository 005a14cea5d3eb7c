/**
 * Calls back once the process that started this one is gone, in whatever way: the system then closes its end of the IPC
 * channel between both. Never for a process that was started without a channel, as one in the background is.
 */
export function onParentEnd(callback: () => void): void {
  if (process.send === undefined) return;
  const ended = (): void => {
    // Its terminal or pipe may be gone with it: a word that nobody reads must not end this process.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    callback();
  };
  if (process.connected) process.once('disconnect', ended);
  else ended();
}
