import type { Hono } from 'hono'
import { expect } from 'vitest'

export interface JsonAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any
}

/** Asks for JSON, and reads the answer, which is none for most of what is posted. */
export async function getJson(app: Hono, path: string): Promise<JsonAnswer> {
  return readJson(await app.request(path))
}

export async function postJson(
  app: Hono,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  const init = { method: 'POST', body: JSON.stringify(body) }
  return readJson(
    await app.request(path, { ...init, headers: { 'content-type': 'application/json', ...headers } }),
  )
}

export async function readJson(answer: Response): Promise<JsonAnswer> {
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** The data of an answer that has to be good. */
export async function getData(app: Hono, path: string) {
  const { status, body } = await getJson(app, path)
  expect({ path, status, message: body?.message }).toEqual({ path, status: 200, message: undefined })
  return body.data
}
