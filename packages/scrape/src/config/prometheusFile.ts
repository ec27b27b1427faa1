import { isMap, isNode, LineCounter } from 'yaml';
import { z } from 'zod';
import {
  type Checked,
  checkGlobalConfig,
  checkRemoteWrites,
  checkScrapeConfigs,
  placeOf,
  type ValueProblem,
} from './checkValue.js';
import { parseYaml } from './parseYaml.js';
import type { RemoteWriteConfig } from './remoteWriteConfig.js';
import type { GlobalConfig, ScrapeConfig } from './scrapeConfig.js';
import { problemsTogether } from './scrapeJob.js';
import { section } from './values.js';
import { withFolder } from './withFolder.js';

/** Sections of Prometheus' configuration that TinyObs has no use for. */
const UNSUPPORTED = [
  'alerting',
  'otlp',
  'remote_read',
  'rule_files',
  'runtime',
  'scrape_config_files',
  'storage',
  'tracing',
];

const fileSchema = section(
  {
    global: z.unknown().optional(),
    scrape_configs: z.unknown().optional(),
    remote_write: z.unknown().optional(),
  },
  UNSUPPORTED,
);

/** What a file in Prometheus' format says about scraping, and about sending on. */
export interface PrometheusFile {
  readonly global: GlobalConfig;
  readonly scrapeConfigs: readonly ScrapeConfig[];
  readonly remoteWrites: readonly RemoteWriteConfig[];
}

/** All that is wrong with a text, each with its line from 1. */
export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads a configuration file of Prometheus. Its relative paths begin at the file's folder.
 */
export function readPrometheusFile(
  text: string,
  folder: string,
): { readonly value?: PrometheusFile; readonly problems: readonly LineProblem[] } {
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ message, linePos }) => ({
        line: linePos?.[0].line ?? 1,
        message: message.split('\n')[0].replace(/ at line .*$/, ''),
      })),
    };
  }
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let end = path.length; end > 0; end--) {
      const at = placeIn(document.contents, path.slice(0, end));
      if (at !== undefined) return lines.linePos(at).line;
    }
    return 1;
  };
  const { value, problems = [] } = checkFile(withFolder(document.toJS() ?? {}, folder));
  return {
    value,
    problems: problems.map(({ path, message }) => ({
      line: lineOf(path),
      message: path.length < 2 ? message : `${placeOf(path)}: ${message}`,
    })),
  };
}

function checkFile(given: unknown): Checked<PrometheusFile> {
  const parsed = fileSchema.safeParse(given);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map((issue) => ({
        path: issue.code === 'unrecognized_keys' ? [issue.keys[0]] : [],
        message: issue.code === 'unrecognized_keys' ? issue.message : `expected ${issue.message}`,
      })),
    };
  }
  const global = checkGlobalConfig(parsed.data.global ?? {});
  const scrapeConfigs = checkScrapeConfigs(parsed.data.scrape_configs ?? []);
  const remoteWrites = checkRemoteWrites(parsed.data.remote_write ?? []);
  const problems: ValueProblem[] = [
    ...below('global', global.problems),
    ...below('scrape_configs', scrapeConfigs.problems),
    ...below('remote_write', remoteWrites.problems),
  ];
  if (global.value && scrapeConfigs.value) {
    problems.push(...problemsTogether(global.value, scrapeConfigs.value));
    if (problems.length === 0 && remoteWrites.value) {
      return {
        value: { global: global.value, scrapeConfigs: scrapeConfigs.value, remoteWrites: remoteWrites.value },
      };
    }
  }
  return { problems };
}

function below(name: string, problems: readonly ValueProblem[] = []): ValueProblem[] {
  return problems.map(({ path, message }) => ({ path: [name, ...path], message }));
}

/** Where a key, or an item of a list, begins in the text. */
function placeIn(contents: unknown, path: readonly (string | number)[]): number | undefined {
  let node = contents;
  let at: number | undefined;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isNode(key) ? key : '') === String(part));
      if (!pair) return undefined;
      at = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      node = pair.value;
    } else if (isNode(node) && 'items' in node && typeof part === 'number') {
      node = (node.items as unknown[])[part];
      if (!isNode(node)) return undefined;
      at = node.range?.[0];
    } else return undefined;
  }
  return at;
}
