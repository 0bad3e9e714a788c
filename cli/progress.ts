const width = 30;

export interface ProgressBar {
  /** @param share of the work that is done, from 0 to 1 */
  readonly show: (share: number) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

/** A bar on the terminal's last line; where nobody watches, nothing is written. */
export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { show: () => {}, end: () => {} };
  let shown = '';
  return {
    show(share) {
      const full = Math.round(Math.min(1, Math.max(0, share)) * width);
      const line = `${label} [${'#'.repeat(full)}${'-'.repeat(width - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
      if (line === shown) return;
      shown = line;
      stream.write(`\r${line}`);
    },
    end() {
      if (shown) stream.write(`\r${' '.repeat(shown.length)}\r`);
    },
  };
}
