import { clearLine, cursorTo } from 'node:readline';
import { SingleBar } from 'cli-progress';
import { progressText, type Reporter } from './reporter.ts';

/** The bar goes back to where it saved the cursor when it ends, so that is done anew whenever the bar has moved. */
const SAVE_CURSOR = '\x1b7';

/** For a terminal: a bar in the last line, everything else above it. */
export function terminalReporter(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Reporter {
  const bar = new SingleBar({
    format: '[{bar}] {percentage}% {text}',
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 24,
    stream: stdout,
    hideCursor: false,
    // The bar is cut to the terminal's width; long lines above it are not.
    linewrap: true,
    // A line that was written above has moved the bar away.
    forceRedraw: true,
  });
  let isDrawn = false;
  const above = (write: () => void): void => {
    if (isDrawn) {
      cursorTo(stdout, 0);
      clearLine(stdout, 0);
    }
    write();
    if (isDrawn) {
      stdout.write(SAVE_CURSOR);
      bar.render();
    }
  };
  return {
    say: (line) => above(() => stdout.write(`${line}\n`)),
    complain: (lines) => above(() => stderr.write(lines.map((line) => `${line}\n`).join(''))),
    progress: (progress) => {
      if (!isDrawn) bar.start(progress.linesTotal, progress.linesDone, { text: '' });
      isDrawn = true;
      bar.update(progress.linesDone, { text: progressText(progress) });
    },
    close: () => {
      if (isDrawn) bar.stop();
      isDrawn = false;
    },
  };
}
