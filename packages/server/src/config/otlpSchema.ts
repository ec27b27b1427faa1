import { TRANSLATION_STRATEGIES } from '@tinyobs/formats';
import { z } from 'zod';
import { flag, list } from './units.js';

/** How OTLP becomes series. */
export function otlpSchema() {
  return z
    .strictObject({
      translationStrategy: z
        .enum(TRANSLATION_STRATEGIES)
        .default('UnderscoreEscapingWithSuffixes')
        .describe(
          'How names of metrics and attributes become those of series, as Prometheus has it: `UnderscoreEscaping…` puts ' +
            'underscores for what PromQL cannot write without quotes, the others leave names as they are; ' +
            '`…WithSuffixes` ends names with the unit and `_total`. `NoTranslation` changes nothing. Another one makes ' +
            'other series of what comes from then on.',
        )
        .meta({ reloadable: true }),
      promoteResourceAttributes: list(z.string().min(1))
        .default([])
        .describe(
          'Attributes of resources that become labels of all their series, such as `deployment.environment.name`, ' +
            'separated by commas. All others are in `target_info`. Each makes other series of what comes from then on.',
        )
        .meta({ reloadable: true }),
      promoteScopeMetadata: flag()
        .default(false)
        .describe(
          'Gives all series the name, version, schema and attributes of their instrumentation scope as labels ' +
            '`otel_scope_…`.',
        )
        .meta({ reloadable: true }),
    })
    .prefault({});
}
