import type { z } from 'zod'
import { nearestOf } from './nearest.ts'
import { OptionError } from './option-error.ts'
import { type OptionPath, printPath, valueAt } from './option-path.ts'

type Issue = z.core.$ZodIssue

/**
 * Turns what a schema of this folder refuses into an OptionError. Those schemas keep one convention: the
 * message of an issue says what is allowed, and for an unknown key it lists the known keys.
 */
export function optionErrorFrom(error: z.ZodError, input: unknown): OptionError {
  const [issue] = error.issues
  if (issue === undefined) return new OptionError({ field: 'options', given: input })
  return errorOf(issue, [], input)
}

function errorOf(issue: Issue, parent: OptionPath, input: unknown): OptionError {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys') return unknownKey(issue, path, input)
  if (issue.code === 'invalid_union') {
    const meant = meantBranch(issue, path, input)
    if (meant !== undefined) return errorOf(meant, path, input)
  }
  const given = valueAt(input, path)
  return new OptionError({
    field: printPath(path),
    given,
    allowed: issue.message,
    nearest: nearestOf(given, namesIn(issue)),
  })
}

function unknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, path: OptionPath, input: unknown): OptionError {
  const [key = ''] = issue.keys
  const fullPath = [...path, key]
  return new OptionError({
    code: 'option-unknown',
    field: printPath(fullPath),
    given: valueAt(input, fullPath),
    allowed: issue.message,
    nearest: nearestOf(key, issue.message.split(', ')),
  })
}

/**
 * Of the forms an option may take, the one that was meant: the one that fits but for something further
 * inside, else one of which some keys are there and others are missing. Undefined when no form fits that far.
 */
function meantBranch(
  issue: z.core.$ZodIssueInvalidUnion,
  path: OptionPath,
  input: unknown,
): Issue | undefined {
  const value = valueAt(input, path)
  const branch =
    issue.errors.find((issues) => issues.every((inner) => isInside(inner, value))) ??
    issue.errors.find((issues) => hasKnownKey(issues, value) && issues.every((inner) => isOfKey(inner)))
  return branch?.[0]
}

/** Whether the outer type and the required keys are right, and the fault lies deeper. */
function isInside(issue: Issue, value: unknown): boolean {
  if (issue.code === 'unrecognized_keys') return true
  return issue.path.length > 0 && valueAt(value, issue.path) !== undefined
}

/** Whether it is about a key and not about what tells one form from another. */
function isOfKey(issue: Issue): boolean {
  if (issue.code === 'unrecognized_keys') return true
  return issue.path.length > 0 && !('discriminator' in issue)
}

function hasKnownKey(issues: readonly Issue[], value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  return Object.keys(value).some((key) => !unknown.includes(key))
}

/** The names that would have been valid at an issue's place. */
function namesIn(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.filter((value) => typeof value === 'string')
  if (issue.code !== 'invalid_union') return []
  const discriminators = 'options' in issue ? (issue.options ?? []) : []
  const values = issue.errors.flat().filter((inner) => inner.path.length === 0)
  return [...discriminators.filter((value) => typeof value === 'string'), ...values.flatMap(namesIn)]
}
