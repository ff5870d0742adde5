import { timingSafeEqual } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import { BaseError } from '../errors.ts'
import { UnknownNodeError } from '../network/errors.ts'
import { nearestOf } from '../plan/nearest.ts'
import { parseAddedNodeOptions } from '../plan/options-schema.ts'
import type { ControlTarget } from './control-target.ts'
import { ControlRequestError } from './errors.ts'
import { type NodeAction, nodeActions } from './protocol.ts'
import { readJsonBody } from './read-body.ts'
import { toWireError } from './wire-error.ts'

/**
 * The HTTP interface of one running network. Every request needs the token, so a web page that makes its
 * reader's browser call us gets nowhere; the Host header is checked too, which stops a page whose name was
 * rebound to 127.0.0.1 from being taken for ours.
 *
 * @param parameters - `hosts`: what the Host header may be, e.g. `127.0.0.1:4321`; `onDefect`: told an error
 *   that is none of ours, of which the caller hears only the message
 */
export function controlApp(parameters: {
  target: ControlTarget
  token: string
  hosts: () => readonly string[]
  onDefect: (error: unknown) => void
}): Hono {
  const { target, token, hosts, onDefect } = parameters
  const app = new Hono()
  app.use(checkHost(hosts), checkToken(token))

  app.get('/api/summary', (context) => context.json(target.summary()))
  app.get('/api/status', async (context) => context.json(await target.status(context.req.raw.signal)))
  app.post('/api/nodes', async (context) => {
    const options = parseAddedNodeOptions(await readJsonBody(context.req.raw))
    return context.json(await target.addNode(options), 201)
  })
  app.delete('/api/nodes/:name', async (context) => {
    await target.removeNode(context.req.param('name'))
    return context.json({})
  })
  app.post('/api/nodes/:name/:action', async (context) => {
    const action = demandAction(context.req.param('action'))
    return context.json(await target.act(context.req.param('name'), action))
  })
  app.post('/api/operations/:name', async (context) => {
    const parameters = await readJsonBody(context.req.raw)
    const { signal } = context.req.raw
    return context.json(await target.operate({ name: context.req.param('name'), parameters, signal }))
  })
  app.post('/api/stop', (context) => {
    target.stop()
    return context.json({}, 202)
  })

  app.notFound((context) => {
    const request = `${context.req.method} ${context.req.path}`
    const error = new ControlRequestError(
      404,
      'no-route',
      `There is no ${request}.`,
      'A CLI of the same version as the network knows its routes.',
    )
    return context.json({ error: toWireError(error) }, 404)
  })
  app.onError((error, context) => {
    if (!(error instanceof BaseError)) onDefect(error)
    return context.json({ error: toWireError(error) }, statusOf(error))
  })
  return app
}

function checkHost(hosts: () => readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host')
    if (host === undefined || !hosts().includes(host)) {
      throw new ControlRequestError(
        403,
        'host-forbidden',
        `Requests for ${JSON.stringify(host)} are not answered.`,
        `Ask ${hosts().join(' or ')}.`,
      )
    }
    await next()
  }
}

function checkToken(token: string): MiddlewareHandler {
  return async (context, next) => {
    const given = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
    if (given === undefined || !isEqual(given, token)) {
      throw new ControlRequestError(
        401,
        'token-wrong',
        'This needs the token of the network.',
        'It is in control.json in the network’s directory: send it as `Authorization: Bearer …`.',
      )
    }
    await next()
  }
}

/** In a time that does not depend on where the two differ. */
function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function demandAction(name: string): NodeAction {
  const action = nodeActions.find((one) => one === name)
  if (action !== undefined) return action
  const nearest = nearestOf(name, nodeActions)
  throw new ControlRequestError(
    404,
    'action-unknown',
    `A node cannot ${JSON.stringify(name)}.`,
    nearest === undefined ? `Actions: ${nodeActions.join(', ')}` : `Did you mean ${nearest}?`,
  )
}

function statusOf(error: unknown): 400 | 401 | 403 | 404 | 409 | 413 | 500 {
  if (error instanceof ControlRequestError) return error.status
  if (error instanceof UnknownNodeError) return 404
  if (!(error instanceof BaseError)) return 500
  if (error.code === 'wrong-state') return 409
  return error.category === 'options' ? 400 : 500
}
