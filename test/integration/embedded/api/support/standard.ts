import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const file = new URL('../../../../fixtures/beacon-api/beacon-node-oapi.json', import.meta.url)

interface Operation {
  readonly operationId: string
  readonly responses: Record<string, { content?: Record<string, unknown>; $ref?: string }>
}

export interface StandardOperation {
  readonly operationId: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whether the answer can be had as SSZ. */
  readonly hasSsz: boolean
  /** Of the JSON answer with status 200; undefined when the standard gives it no content. */
  readonly schema: string | undefined
}

type PathItem = Partial<Record<'get' | 'post', Operation>>

/** SYNC_COMMITTEE_SIZE: the standard has that of the mainnet preset, where the tests run the minimal one. */
const syncCommitteeSize = { mainnet: 512, minimal: 32 }

const description = JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
  (key === 'minItems' || key === 'maxItems') && value === syncCommitteeSize.mainnet
    ? syncCommitteeSize.minimal
    : value,
) as {
  paths: Record<string, { $ref: string }>
  'x-files': Record<string, PathItem>
}

/** All operations of the Beacon API standard. */
export const operations: readonly StandardOperation[] = Object.entries(description.paths).flatMap(
  ([path, { $ref }]) => {
    const item = description['x-files'][$ref.replace('#/x-files/', '').replaceAll('~1', '/')] ?? {}
    return (['get', 'post'] as const).flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [describe(path, `${$ref}/${method}`, method, operation)]
    })
  },
)

function describe(
  path: string,
  place: string,
  method: 'get' | 'post',
  { operationId, responses }: Operation,
): StandardOperation {
  const content = responses['200']?.content ?? {}
  return {
    operationId,
    method: method === 'get' ? 'GET' : 'POST',
    path,
    hasSsz: 'application/octet-stream' in content,
    schema:
      'application/json' in content ? `${place}/responses/200/content/application~1json/schema` : undefined,
  }
}

// OpenAPI has keywords and formats of its own, which say nothing about what is valid.
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema(description, 'standard')

/** @param pointer to a schema in the description, such as `#/components/schemas/ErrorMessage` */
export function schemaAt(pointer: string): ValidateFunction {
  return ajv.compile({ $ref: `standard${pointer}` })
}

/** What is wrong with a value by a schema of the standard; undefined when nothing is. */
export function violations(pointer: string, value: unknown): string | undefined {
  const validate = schemaAt(pointer)
  return validate(value) ? undefined : ajv.errorsText(validate.errors)
}

interface EventOperation {
  responses: {
    200: { content: { 'text/event-stream': { examples: Record<string, { value: string }> } } }
  }
}

const eventOperation = description['x-files']['apis/eventstream/index.yaml']?.get as unknown as EventOperation

/** The data of the standard's example event for each topic. */
export const eventExamples: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(eventOperation.responses[200].content['text/event-stream'].examples).map(
    ([topic, { value }]) => [topic, JSON.parse(/^data: (.*)$/m.exec(value)?.[1] ?? 'null')],
  ),
)

/** The names and kinds of all members, whatever their values; lists may be empty, so only that they are lists. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]))
}
