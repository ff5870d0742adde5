import { columns } from '../../plan/describe-manifest.ts'
import type { Output } from '../output.ts'

/** Rows in aligned columns, the first of them as their titles. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  style: Output['style'],
) {
  const [titles = '', ...lines] = columns([header, ...rows])
  return [style('dim', titles), ...lines]
}
