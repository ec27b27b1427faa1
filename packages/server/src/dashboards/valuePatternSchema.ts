import { TinyObsError } from '@tinyobs/model';
import { takenValues } from '@tinyobs/model/valuePattern';
import { z } from 'zod';

/** What of the values of a variable is taken: an expression that compiles, or nothing. */
export const valuePatternSchema = z
  .string()
  .max(500)
  .superRefine((pattern, context) => {
    try {
      takenValues(pattern, []);
    } catch (thrown) {
      if (!(thrown instanceof TinyObsError)) throw thrown;
      context.addIssue({ code: 'custom', message: thrown.message });
    }
  })
  .describe(
    'Only values that this expression of RE2 finds something in; of them its group `value`, or its first group. Empty for all as they are.',
  );
