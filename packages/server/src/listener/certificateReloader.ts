import { unwatchFile, watchFile } from 'node:fs';
import type { Log } from '../log.js';
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.js';
import type { ListenerFigures } from './listenerFigures.js';

/**
 * Files are looked at, not waited for: a notice of the file system gets lost where a link to the file is replaced, as
 * certificate managers do it, and on file systems of networks and containers.
 */
const LOOK_EVERY_MS = 1000;

/** Certificate and key are written one after the other: what is between them is no failure. */
const SETTLE_MS = 2 * LOOK_EVERY_MS;

export interface ReloaderOptions {
  readonly files: CertificateFiles;
  /** Takes a certificate into use for connections from now on. */
  readonly use: (certificate: Certificate) => void;
  readonly figures: ListenerFigures;
  readonly log: Log;
}

/** Takes a certificate into use again whenever its files change; one that cannot be used leaves the one before. */
export class CertificateReloader {
  readonly #options: ReloaderOptions;
  #settling: NodeJS.Timeout | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    for (const file of filesOf(options)) {
      watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, this.#onChange);
    }
  }

  close(): void {
    for (const file of filesOf(this.#options)) unwatchFile(file, this.#onChange);
    clearTimeout(this.#settling);
  }

  readonly #onChange = (): void => {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#reload(), SETTLE_MS).unref();
  };

  #reload(): void {
    const { files, use, figures, log } = this.#options;
    try {
      const certificate = readCertificate(files);
      use(certificate);
      log.info(
        { expires: new Date(certificate.expiresMs).toISOString() },
        'the changed certificate is in use',
      );
    } catch (error) {
      figures.increment('reloadFailures');
      log.error({ err: error }, 'the changed certificate cannot be used: the one before stays in use');
    }
  }
}

/** One file may hold both. */
function filesOf({ files }: ReloaderOptions): Iterable<string> {
  return new Set([files.cert, files.key]);
}
