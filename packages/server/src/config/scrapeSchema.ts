import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ForwardSettings } from '@tinyobs/forward';
import {
  type Checked,
  checkGlobalConfig,
  checkRemoteWrites,
  checkScrapeConfigs,
  type GlobalConfig,
  type GlobalConfigInput,
  problemsTogether,
  type RemoteWriteConfig,
  type RemoteWriteConfigInput,
  readPrometheusFile,
  type ScrapeConfig,
  type ScrapeConfigInput,
  type ScrapeSettings,
  SECRET_FIELDS,
  withFolder,
} from '@tinyobs/scrape';
import { parse } from 'yaml';
import { z } from 'zod';
import { flag, OFF } from './units.js';

/** What a file of Prometheus says, in the place of its path. */
export interface ScrapeFile extends ScrapeSettings, ForwardSettings {
  readonly path: string;
  readonly text: string;
}

/** What is scraped: a configuration of Prometheus, in a file or in place. */
export function scrapeSchema() {
  return z
    .strictObject({
      config: prometheusFileOrOff()
        .prefault(OFF)
        .describe(
          'A configuration file of Prometheus, whose `global`, `scrape_configs` and `remote_write` say what is scraped and where it is sent on to; relative to the configuration file that names it. Read again when it changes. `off` where the keys below say it, or nothing is scraped and sent. See docs/scraping.md and docs/forwarding.md.',
        )
        .meta({ reloadable: true }),
      global: prometheusValue<GlobalConfig, GlobalConfigInput>(checkGlobalConfig)
        .prefault({})
        .describe(
          'What is true of all jobs, as `global` of Prometheus: `scrape_interval`, limits and others.',
        )
        .meta({ reloadable: true }),
      scrape_configs: prometheusValue<ScrapeConfig[], readonly ScrapeConfigInput[]>(checkScrapeConfigs)
        .prefault([])
        .describe('Jobs to scrape, as `scrape_configs` of Prometheus; as YAML where it is text.')
        .meta({ reloadable: true }),
      remote_write: prometheusValue<RemoteWriteConfig[], readonly RemoteWriteConfigInput[]>(checkRemoteWrites)
        .prefault([])
        .describe(
          'Where all that is stored is sent on to, as `remote_write` of Prometheus; as YAML where it is text. See docs/forwarding.md.',
        )
        .meta({ reloadable: true }),
      allowLinkLocal: flag()
        .default(false)
        .describe(
          'Lets scrapes, discoveries and remote write ask link-local addresses and those where clouds give credentials to whoever asks (169.254.0.0/16, fe80::/10 and others).',
        )
        .meta({ reloadable: true }),
    })
    .superRefine(({ config, global, scrape_configs: scrapeConfigs, remote_write: remoteWrites }, context) => {
      if (config && scrapeConfigs.length + remoteWrites.length > 0) {
        const message = 'scrape.config, or scrape.scrape_configs and scrape.remote_write, not both';
        context.addIssue({ code: 'custom', message });
      }
      report(problemsTogether(global, scrapeConfigs), context);
    })
    .prefault({});
}

/** What is scraped and where it is sent on to, wherever it is said. */
export function scrapeSettings({
  config,
  global,
  scrape_configs: scrapeConfigs,
  remote_write: remoteWrites,
}: {
  config: ScrapeFile | undefined;
  global: GlobalConfig;
  scrape_configs: readonly ScrapeConfig[];
  remote_write: readonly RemoteWriteConfig[];
}): ScrapeSettings & ForwardSettings {
  return config ?? { global, scrapeConfigs, remoteWrites };
}

/** A part of Prometheus' configuration, as such or as YAML. */
function prometheusValue<Output, Input>(check: (given: unknown) => Checked<Output>) {
  return z
    .custom<Input | string>()
    .transform((given, context): Output => {
      const checked = check(typeof given === 'string' ? yamlValue(given, context) : given);
      if (checked.problems) {
        report(checked.problems, context);
        return z.NEVER;
      }
      return checked.value;
    })
    .meta({ unit: 'Prometheus', resolvePaths: withFolder, hiddenFields: SECRET_FIELDS });
}

function yamlValue(text: string, context: z.RefinementCtx): unknown {
  try {
    return parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'YAML' });
    return z.NEVER;
  }
}

function report(
  problems: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
  context: z.RefinementCtx,
): void {
  for (const { path, message } of problems) {
    context.addIssue({ code: 'custom', path: [...path], message, params: { hidesValue: true } });
  }
}

/** The path of a configuration file of Prometheus, which is read here, or `off`. */
function prometheusFileOrOff() {
  return z
    .string({ error: 'the path of a configuration file of Prometheus, or off' })
    .min(1, 'the path of a configuration file of Prometheus, or off')
    .transform((path, context): ScrapeFile | undefined => {
      if (path === OFF) return undefined;
      const file = resolve(path);
      const text = readText(file, context);
      if (text === undefined) return z.NEVER;
      const { value, problems } = readPrometheusFile(text, dirname(file));
      for (const { line, message } of problems) {
        context.addIssue({
          code: 'custom',
          message: `${path}:${line}: ${message}`,
          params: { hidesValue: true },
        });
      }
      return value ? { path: file, text, ...value } : z.NEVER;
    })
    .meta({
      unit: 'file or off',
      resolvePaths: (given: unknown, folder: string) =>
        typeof given === 'string' && given !== OFF ? resolve(folder, given) : given,
    });
}

function readText(file: string, context: z.RefinementCtx): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    context.addIssue({ code: 'custom', message: `cannot be read: ${reason}`, params: { hidesValue: true } });
    return undefined;
  }
}
